"""`python -m infra.bench`: prints what the platform costs, and writes it to build/bench/bench.json."""

import json
import os
import sys
from contextlib import redirect_stdout
from typing import Any

from infra.bench.starts import compare_starts
from infra.deploy_tree import BUILD
from infra.local.http_front import HttpFront
from infra.local.provisioning import Provisioner, environment


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def count_calls() -> dict[str, int]:
    """The calls to DynamoDB of each use case, against an emulator of this process."""
    front = HttpFront()
    os.environ.update(environment(front.url) | {"LOG_LEVEL": "WARNING"})
    emulator, app = _start(front)
    from infra.bench.stage import Stage
    from infra.bench.use_cases import USE_CASES

    figures = {}
    for case in USE_CASES.values():
        emulator.empty()
        say(f"counting the calls of {case.name}")
        stage = Stage(app, emulator)
        figures[f"calls_{case.name}"] = stage.count(case.prepare(stage)).total() - case.standing
        if case.standing:
            figures[f"standing_calls_{case.name}"] = case.standing
    emulator.stop()
    return figures


def _start(front: HttpFront) -> tuple[Any, Any]:
    """The app is imported only now: its decorators read the environment."""
    from infra.local.emulator import Emulator

    emulator = Emulator(front)
    emulator.start()
    Provisioner(emulator.url).provision()
    from app import app

    return emulator, app


def main() -> None:
    with redirect_stdout(sys.stderr):
        figures = compare_starts(say) | count_calls()
    out = BUILD / "bench" / "bench.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    for name, figure in figures.items():
        print(f"{name:28} {figure:8.3f}" if isinstance(figure, float) else f"{name:28} {figure:8}")
    print(f"written to {out.relative_to(BUILD.parent)}")


if __name__ == "__main__":
    main()
