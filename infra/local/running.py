"""Where the platforms are that ``make run`` started in this folder: told to commands in another shell."""

import json
import os
from pathlib import Path

PLACE = Path(".lyceum/running")


def note(env: dict[str, str]) -> None:
    """Each process has a note of its own."""
    PLACE.mkdir(parents=True, exist_ok=True)
    _note().write_text(json.dumps(env), encoding="utf-8")


def forget() -> None:
    _note().unlink(missing_ok=True)


def environment() -> dict[str, str] | None:
    """The environment that leads to the one that started last and still runs; None where none does."""
    notes = sorted(PLACE.glob("*.json"), key=lambda note: note.stat().st_mtime, reverse=True)
    for note in notes:
        if _is_alive(int(note.stem)):
            env: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))
            return env
    return None


def _note() -> Path:
    return PLACE / f"{os.getpid()}.json"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
