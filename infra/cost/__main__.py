"""``make cost``: measures anew and writes infra/cost/measured.json and docs/cost.md."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from chalicelib.core import clock
from infra.local.http_front import HttpFront
from infra.local.provisioning import Provisioner, environment

MEASURED = Path(__file__).with_name("measured.json")
PAGE = Path("docs/cost.md")


def main() -> None:
    front = HttpFront()
    os.environ.update(environment(front.url) | {"LOG_LEVEL": "INFO"})
    app, emulator = _start(front)
    measured = _measure(app, emulator)
    MEASURED.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    from infra.cost.page import render

    PAGE.write_text(render(measured, app), encoding="utf-8")
    emulator.stop()
    print("\n".join(PAGE.read_text(encoding="utf-8").splitlines()[2:5]))
    print(f"written to {PAGE}")


def _start(front: HttpFront) -> tuple[Any, Any]:
    """The app is imported only now: its decorators read the environment."""
    from infra.local.emulator import Emulator

    emulator = Emulator(front)
    emulator.start()
    Provisioner(emulator.url).provision()
    from app import app

    return app, emulator


def _measure(app: Any, emulator: Any) -> dict[str, Any]:
    from infra.cost import measuring

    with measuring.lines_kept():
        timed = measuring.time_requests(app, emulator, _say)
        counted = measuring.measure(app, emulator, _say)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    said = {"on": clock.now().date().isoformat(), "machine": machine, "requests": timed}
    return counted | {"timed": said}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
