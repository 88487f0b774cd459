"""Where the platform is that ``make run`` started in this folder: told to commands in another shell."""

import json
import os
from pathlib import Path

PLACE = Path(".lyceum/running.json")


def note(env: dict[str, str]) -> None:
    """The latest start is the one that is remembered."""
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps({"pid": os.getpid(), "env": env}), encoding="utf-8")


def forget() -> None:
    """Unless another platform has started here since."""
    if PLACE.exists() and json.loads(PLACE.read_text(encoding="utf-8"))["pid"] == os.getpid():
        PLACE.unlink()


def environment() -> dict[str, str] | None:
    """The environment that leads to it; None where none runs."""
    if not PLACE.exists():
        return None
    env: dict[str, str] = json.loads(PLACE.read_text(encoding="utf-8"))["env"]
    return env
