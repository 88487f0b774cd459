"""Runs the real `chalice` command of this environment in a project folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class ChaliceFailed(Exception):
    """The command ended with something other than 0; the text is what it printed."""


def run_chalice(project: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """What the command printed."""
    command = [str(Path(sys.executable).parent / "chalice"), "--project-dir", str(project.resolve()), *arguments]
    surroundings = {**os.environ, **(environment or {})}
    surroundings.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings)
    if done.returncode != 0:
        raise ChaliceFailed(done.stdout + done.stderr)
    return done.stdout
