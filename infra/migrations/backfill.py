"""The backfill: every row of a model, once looked at, in parallel parts, at a pace, from where it was cut off."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.versions import Item
from infra.migrations import checkpoints, upgrading
from infra.migrations.checkpoints import Segment
from infra.migrations.migration import Migration
from infra.migrations.pace import Pace
from infra.migrations.upgrading import Outcome
from infra.on_stage import client

Say = Callable[[str], None]
FAILURES_TOLD = 20


@dataclass(frozen=True)
class How:
    """``rate`` in write units a second over all segments; ``page`` rows between two checkpoints of a segment."""

    segments: int = 4
    rate: float = 50.0
    page: int = 100
    dry: bool = False
    every_seconds: float = 5.0


@dataclass
class Report:
    name: str
    seen: int = 0
    changed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)


def run(migration: Migration, how: How, say: Say) -> Report:
    """Look at every row. Cut off, it goes on from its checkpoints; finished, it begins anew when it is run again."""
    segments = checkpoints.load(migration, how.segments)
    if how.dry:
        segments = [Segment(number, how.segments) for number in range(how.segments)]
    pace, progress = Pace(how.rate), Progress(migration, segments, how, say)
    with progress, ThreadPoolExecutor(len(segments)) as pool:
        for part in [pool.submit(_run, migration, segment, how, pace) for segment in segments]:
            part.result()
    if not how.dry:
        checkpoints.clear(migration, segments)
    return summed(migration, segments)


def summed(migration: Migration, segments: list[Segment]) -> Report:
    report = Report(migration.name)
    for segment in segments:
        report.seen += segment.seen
        report.changed += segment.changed
        report.skipped += segment.skipped
        report.failed += segment.failed
    return report


def remaining(migration: Migration) -> int:
    """How many rows have not the version yet: by a consistent scan."""
    pages = client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=migration.table, ConsistentRead=True, **_old(migration))
    return sum(migration.is_old(item) for page in found for item in page["Items"])


def _run(migration: Migration, segment: Segment, how: How, pace: Pace) -> None:
    while not segment.done:
        page = _page(migration, segment, how.page)
        for item in page["Items"]:
            if migration.is_old(item):
                _note(segment, migration, item, upgrading.upgrade(migration, item, dry=how.dry), pace)
        segment.seen += page["ScannedCount"]
        segment.after = page.get("LastEvaluatedKey")
        segment.done = segment.after is None
        if not how.dry:
            checkpoints.save(migration, segment)


def _note(segment: Segment, migration: Migration, item: Item, done: upgrading.Done, pace: Pace) -> None:
    match done.outcome:
        case Outcome.CHANGED:
            segment.changed += 1
        case Outcome.SKIPPED:
            segment.skipped += 1
        case Outcome.FAILED:
            key = "/".join(str(next(iter(part.values()))) for part in upgrading.key(migration, item).values())
            segment.failed.append(f"{key}: {done.why}")
    pace.spend(done.units)


def _page(migration: Migration, segment: Segment, rows: int) -> dict[str, Any]:
    place = {"ExclusiveStartKey": segment.after} if segment.after else {}
    found = client("dynamodb").scan(
        TableName=migration.table,
        Segment=segment.number,
        TotalSegments=segment.of,
        Limit=rows,
        ConsistentRead=True,
        **_old(migration),
        **place,
    )
    return dict(found)


def _old(migration: Migration) -> dict[str, Any]:
    """Only what may be old is sent; all of it is read, and paid for."""
    return {
        "FilterExpression": "attribute_not_exists(#v) OR #v < :v",
        "ExpressionAttributeNames": {"#v": "v"},
        "ExpressionAttributeValues": {":v": {"N": str(migration.version)}},
    }


class Progress:
    """Says now and then how far it is, of about how many rows, and about how long it will take."""

    def __init__(self, migration: Migration, segments: list[Segment], how: How, say: Say) -> None:
        self._migration, self._segments, self._how, self._say = migration, segments, how, say
        self._stop, self._thread = threading.Event(), threading.Thread(target=self._run, daemon=True)
        self._began, self._before = time.monotonic(), sum(segment.seen for segment in segments)
        table = client("dynamodb").describe_table(TableName=migration.table)["Table"]
        self._about = max(table.get("ItemCount", 0), 1)

    def __enter__(self) -> "Progress":
        taken_up = f", taken up after {self._before} rows" if self._before else ""
        self._say(f"{self._migration.name}: about {self._about} rows in {self._migration.table}{taken_up}")
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._how.every_seconds):
            self._say(self.line())

    def line(self) -> str:
        now = summed(self._migration, self._segments)
        left = max(self._about - now.seen, 0)
        pace = (now.seen - self._before) / max(time.monotonic() - self._began, 0.001)
        until = f"about {left / pace:.0f} s left" if pace else "not moving"
        share = min(100 * now.seen // self._about, 100)
        return f"  {now.seen} rows seen ({share} %), {now.changed} changed, {len(now.failed)} failed; {until}"


def lines(report: Report, *, dry: bool) -> Iterator[str]:
    """The report, for people."""
    would = "would change" if dry else "changed"
    counts = f"{report.changed} {would}, {report.skipped} left to others, {len(report.failed)} failed"
    yield f"{report.name}: {report.seen} rows seen, {counts}"
    yield from (f"  FAILED  {line}" for line in report.failed[:FAILURES_TOLD])
