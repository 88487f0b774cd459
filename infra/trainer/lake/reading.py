"""Reading a lake's folder. A line that is no line of its kind is counted and left out, whatever it is."""

import gzip
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
from tqdm import tqdm

from infra.trainer.lake.lines import KINDS, EventLine, WorkLine
from infra.trainer.lake.quality import Quality

Line = TypeVar("Line", EventLine, WorkLine)
DAY = re.compile(r"day=(\d{4}-\d{2}-\d{2})$")


class Read(NamedTuple):
    """An event and its moment, in seconds since 1970; ``end`` of the day under which it was kept."""

    line: EventLine
    at: float
    end: float


def events(folder: Path, quality: Quality) -> Iterator[Read]:
    """Every event, in the order of days and files."""
    for file in tqdm(files(folder / "interactions"), desc="reading events", unit="file", leave=False):
        yield from events_of(file, quality)


def events_of(file: Path, quality: Quality) -> Iterator[Read]:
    """Every event of one file; the name of its folder says of which day it is."""
    end = _end_of(file.parent.name)
    for line in _lines(file, EventLine, quality):
        at = _moment(line)
        if at is None:
            quality.unreadable += 1
        else:
            yield Read(line, at, end)


def works(folder: Path, quality: Quality) -> dict[str, WorkLine]:
    """The latest line of each work."""
    return {line.work_id: line for file in files(folder / "works") for line in _lines(file, WorkLine, quality)}


def files(folder: Path) -> list[Path]:
    """All that hold lines, in order."""
    return sorted([*folder.rglob("*.jsonl.gz"), *folder.rglob("*.jsonl")])


def _lines(file: Path, kind: type[Line], quality: Quality) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(kind)
    for raw in _raw(file, quality):
        quality.lines += 1
        try:
            yield decoder.decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            quality.unreadable += 1


def _raw(file: Path, quality: Quality) -> Iterator[bytes]:
    """Lines that are not empty, as far as the file can be unpacked."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            yield from (line for line in stream if line.strip())
    except (OSError, EOFError) as error:
        quality.broken_files.append(f"{file.name}: {error}")


def _moment(line: EventLine) -> float | None:
    if line.kind not in KINDS or not line.reader or not line.work_id:
        return None
    try:
        moment = datetime.fromisoformat(line.occurred_at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _end_of(name: str) -> float:
    found = DAY.match(name)
    if not found:
        return math.inf
    return (datetime.fromisoformat(found[1]).replace(tzinfo=UTC) + timedelta(days=1)).timestamp()
