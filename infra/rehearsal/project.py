"""A copy of the project, of which the rehearsal deploys versions, with what was built before at hand."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.deploy.tree import BUILD, ROOT

PARTS = ("app.py", "chalicelib", "infra", "requirements.txt", "requirements-signing.txt", ".chalice")
BUILT = ("package", "wheelhouse")
_LEFT = shutil.ignore_patterns("__pycache__", "deployed", "deployments")


@dataclass(frozen=True)
class Edit:
    """A change of one file. Its old text must be there once: a rehearsal of nothing would prove nothing."""

    file: str
    old: str
    new: str

    @property
    def undone(self) -> "Edit":
        return Edit(self.file, self.new, self.old)


@dataclass(frozen=True)
class Kill:
    """SIGKILL for the deployer as soon as a line of its progress fits, or so long after.

    With all that it started, as when the power fails; or ``alone``, as when somebody kills the process.
    """

    line: str
    when: str = ""
    after_seconds: float = 0.0
    alone: bool = False

    def __str__(self) -> str:
        return f"killed {'alone ' if self.alone else ''}{self.when}"

    def strike(self, leader: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.alone:
                os.kill(leader, signal.SIGKILL)
            else:
                os.killpg(leader, signal.SIGKILL)


@dataclass
class Ran:
    """How the deployer ended: its exit code, negative for a signal."""

    code: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Project:
    def __init__(self, at: Path, environment: Mapping[str, str]) -> None:
        self.at = at
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        shutil.rmtree(at, ignore_errors=True)
        at.mkdir(parents=True)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, at / part, ignore=_LEFT)
            else:
                shutil.copyfile(ROOT / part, at / part)
        (at / "build").mkdir()
        for built in BUILT:
            (BUILD / built).mkdir(parents=True, exist_ok=True)
            (at / "build" / built).symlink_to((BUILD / built).resolve())

    def edit(self, *edits: Edit) -> None:
        for edit in edits:
            path = self.at / edit.file
            text = path.read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise LookupError(f"{edit.file} holds {text.count(edit.old)} times, not once: {edit.old!r}")
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")

    def deployer(self, *arguments: str, kill: Kill | None = None, answer: str = "") -> Ran:
        """`python -m infra.deploy` of this project."""
        return self._run(self.at, "infra.deploy", *arguments, kill=kill, answer=answer)

    def migrator(self, *arguments: str, kill: Kill | None = None) -> Ran:
        """`python -m infra.migrations` of the checkout that is worked in, with this project's models."""
        return self._run(ROOT, "infra.migrations", "--project", str(self.at.resolve()), *arguments, kill=kill)

    def _run(self, folder: Path, module: str, *arguments: str, kill: Kill | None = None, answer: str = "") -> Ran:
        """In a session of its own, so that it can be killed with all that it started."""
        command = [sys.executable, "-m", module, *arguments]
        with subprocess.Popen(
            command,
            cwd=folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            assert running.stdin and running.stdout
            running.stdin.write(answer)
            running.stdin.close()
            lines = []
            for line in running.stdout:
                lines.append(line.rstrip())
                if kill and re.search(kill.line, line):
                    threading.Timer(kill.after_seconds, kill.strike, [running.pid]).start()
                    kill = None
        return Ran(running.returncode, lines)
