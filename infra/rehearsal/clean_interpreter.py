"""Asks the Lambda runtime, in a fresh process for each function, what the function answers to events."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from typing import Any

RUNTIME = Path(__file__).parent / "lambda_runtime.py"
_SECONDS = 60


class FunctionFailed(Exception):
    """The function raised, or its interpreter died; the text is what it wrote."""


@dataclass(frozen=True)
class Outcome:
    answer: Any
    modules: frozenset[str]
    strays: list[str]
    """Modules that came from outside the package and the standard library."""


def bare_python() -> str:
    """The interpreter itself, so that no virtual environment's packages come with it."""
    return str(Path(sys.executable).resolve())


def load_handler(roots: Sequence[Path], handler: str, environment: Mapping[str, str]) -> Outcome:
    """What a cold start alone brings into memory."""
    return _run(roots, handler, [], environment)[0]


def run_handler(
    roots: Sequence[Path], handler: str, events: Sequence[Any], environment: Mapping[str, str]
) -> list[Outcome]:
    """One outcome an event, all from one container."""
    return _run(roots, handler, events, environment)[1:]


class Container:
    """A function's process, started once and sent one event after another. One that raised ends, as at Lambda."""

    def __init__(self, roots: Sequence[Path], handler: str, environment: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, it lives as long as the process
        self._process = subprocess.Popen(
            _command(roots, handler),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=dict(environment),
            text=True,
            cwd=roots[0],
        )
        self._hear()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, event: Any) -> Outcome:
        """Raises FunctionFailed."""
        assert self._process.stdin
        with self._lock:
            self._process.stdin.write(json.dumps(event) + "\n")
            self._process.stdin.flush()
            return self._hear()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _hear(self) -> Outcome:
        assert self._process.stdout
        watchdog = Timer(_SECONDS, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        said = json.loads(line) if line else {"error": "it died"}
        if "error" in said:
            self._process.wait(_SECONDS)
            raise FunctionFailed(f"{said['error']}\n{self._tail()}")
        return _outcome(said)

    def _tail(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-4000:]


def _run(roots: Sequence[Path], handler: str, events: Sequence[Any], environment: Mapping[str, str]) -> list[Outcome]:
    lines = "".join(json.dumps(event) + "\n" for event in events)
    done = subprocess.run(
        _command(roots, handler),
        input=lines,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        cwd=roots[0],
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [line["error"] for line in said if "error" in line]
    if done.returncode or errors or len(said) != len(events) + 1:
        raise FunctionFailed("\n".join([*errors, done.stderr]))
    return [_outcome(line) for line in said]


def _command(roots: Sequence[Path], handler: str) -> list[str]:
    return [bare_python(), "-I", "-S", str(RUNTIME), ":".join(str(root.resolve()) for root in roots), handler]


def _outcome(said: dict[str, Any]) -> Outcome:
    return Outcome(said["answer"], frozenset(said["modules"]), said["strays"])
