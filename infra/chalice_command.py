"""Runs the real `chalice` command of this environment in a project folder."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


class ChaliceFailed(Exception):
    """The command ended with something other than 0; the text is what it printed."""


def run_chalice(
    project: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> str:
    """What the command printed; ``tell`` hears each line of it as it comes."""
    command = [str(Path(sys.executable).parent / "chalice"), "--project-dir", str(project.resolve()), *arguments]
    surroundings = {**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"}
    surroundings.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings
    ) as running:
        lines = []
        for line in running.stdout or ():
            lines.append(line)
            tell(line.rstrip())
    if running.returncode != 0:
        raise ChaliceFailed("".join(lines))
    return "".join(lines)
