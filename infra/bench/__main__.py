"""`python -m infra.bench`: prints what the platform costs, and writes it to build/bench/bench.json."""

import json
import os
import sys
from contextlib import redirect_stdout
from typing import Any

from infra.bench.starts import compare_starts
from infra.deploy.tree import BUILD, ROOT
from infra.local.http_front import HttpFront
from infra.local.provisioning import Provisioner, environment
from infra.package.application import build_application
from infra.package.layer import build_layer
from infra.package.sets import SETS
from infra.package.sizes import measure

SIZES = (100, 10_000, 100_000)
"""Works in the catalogue, each with an author and a reader of its own. The largest takes about 3 GB of memory."""

Figures = dict[str, Any]


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def count_calls(sizes: tuple[int, ...] = SIZES) -> Figures:
    """Calls to DynamoDB and request units of each use case. Raises SystemExit where they grow with the catalogue."""
    front = HttpFront()
    os.environ.update(environment(front.url) | {"LOG_LEVEL": "WARNING"})
    emulator, app = _start(front)
    found = {size: _count_at(size, app, emulator) for size in sizes}
    emulator.stop()
    figures, *others = found.values()
    for size, other in zip(sizes[1:], others, strict=True):
        grown = {name: (figure, other[name]) for name, figure in figures.items() if figure != other[name]}
        if grown:
            raise SystemExit(f"not the same with {sizes[0]:,} and {size:,} works: {grown}")
    return figures | {"flat_up_to_works": sizes[-1]}


def _count_at(size: int, app: Any, emulator: Any) -> Figures:
    from infra.bench.stage import Stage
    from infra.bench.use_cases import USE_CASES

    emulator.empty()
    say(f"a catalogue of {size:,} works")
    figures: Figures = {}
    stage = Stage(app, emulator, crowd=size, say=say)
    with stage.trading():
        for case in USE_CASES.values():
            say(f"counting the calls of {case.name}")
            calls = stage.measure(case.prepare(stage))
            figures[f"calls_{case.name}"] = calls.total("dynamodb") - case.standing
            if case.standing:
                figures[f"standing_calls_{case.name}"] = case.standing
            figures[f"capacity_{case.name}_rru"] = calls.units.reads
            figures[f"capacity_{case.name}_wru"] = calls.units.writes
    return figures


def _start(front: HttpFront) -> tuple[Any, Any]:
    """The app is imported only now: its decorators read the environment."""
    from infra.local.emulator import Emulator

    emulator = Emulator(front)
    emulator.start()
    Provisioner(emulator.url).provision()
    from app import app

    return emulator, app


def weigh() -> dict[str, float]:
    """MiB of the application, of each layer, and of what every function is made of."""
    application = BUILD / "bench" / "application.zip"
    build_application(ROOT, application)
    return measure({"app": application} | {name: build_layer(name, BUILD) for name in SETS})


def main() -> None:
    with redirect_stdout(sys.stderr):
        figures = weigh() | compare_starts(say) | count_calls()
    out = BUILD / "bench" / "bench.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    for name, figure in figures.items():
        print(f"{name:32} {figure:8.3f}" if isinstance(figure, float) else f"{name:32} {figure:8}")
    print(f"written to {out.relative_to(BUILD.parent)}")


if __name__ == "__main__":
    main()
