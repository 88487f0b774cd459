"""Asks the Lambda runtime, in a fresh process for each function, what the function answers to events."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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


def _run(roots: Sequence[Path], handler: str, events: Sequence[Any], environment: Mapping[str, str]) -> list[Outcome]:
    command = [bare_python(), "-I", "-S", str(RUNTIME), ":".join(str(root.resolve()) for root in roots), handler]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    done = subprocess.run(
        command, input=lines, env=dict(environment), capture_output=True, text=True, timeout=_SECONDS, cwd=roots[0]
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [line["error"] for line in said if "error" in line]
    if done.returncode or errors or len(said) != len(events) + 1:
        raise FunctionFailed("\n".join([*errors, done.stderr]))
    return [Outcome(line["answer"], frozenset(line["modules"]), line["strays"]) for line in said]
