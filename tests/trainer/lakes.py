"""Small lakes with a structure that is known, because it was put there."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

TRACKS, LENGTH = 4, 8


def event(reader: str, work: str, second: int, **said: Any) -> dict[str, Any]:
    """A view, so many seconds into 2026-11-01."""
    at = f"2026-11-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    told = {"event_id": f"{reader}-{work}-{second}", "reader": reader, "work_id": work, "kind": "view"}
    return {**told, "occurred_at": at, **said}


def work(work_id: str, *subjects: str, **said: Any) -> dict[str, Any]:
    return {
        "work_id": work_id,
        "title": f"About {work_id}",
        "subjects": list(subjects),
        "authors": [work_id[0]],
        **said,
    }


def a_lake(folder: Path, events: Iterable[Any], works: Iterable[Any] = ()) -> Path:
    """Lines that are text already are written as they are."""
    _write(folder / "interactions" / "day=2026-11-01" / "events.jsonl.gz", events)
    _write(folder / "works" / "works.jsonl.gz", works)
    return folder


def tracks(folder: Path, readers: int = 60, met: int = 5) -> Path:
    """Four tracks of eight works. Each reader follows one of them from any place on, and around; one work more is new
    and about the subject of the first track."""
    generator = np.random.default_rng(1)
    events = []
    for reader in range(readers):
        track, start = generator.integers(TRACKS), generator.integers(LENGTH)
        for step in range(met):
            events.append(event(f"r{reader}", step_of(track, start + step), 600 * step + reader))
    works = [work(step_of(track, place), f"subject{track}") for track in range(TRACKS) for place in range(LENGTH)]
    return a_lake(folder, events, [*works, work("new", "subject0")])


def step_of(track: int, place: int) -> str:
    return f"{'abcd'[track]}{place % LENGTH}"


def _write(file: Path, rows: Iterable[Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
