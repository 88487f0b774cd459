"""From where batches landed into the days. It can be cut off at any call, and two can be at it.

An object that landed goes only when all that it says is where it belongs, so whoever comes next does the rest; doing
something again changes nothing.
"""

import gzip
import zlib
from collections.abc import Iterable, Sequence

from msgspec import MsgspecError

from chalicelib.core import clock, logs
from chalicelib.core.errors import Conflict
from chalicelib.lake import bucket, days, erasures, landing, works
from chalicelib.lake.erasures import Erasures
from chalicelib.lake.shapes import Event, Landed

LONGEST = 600
"""Seconds after which no portion is begun. Lambda would end the function after 900."""

LOOKS = 8


class Unreadable(Exception):
    """Something landed that cannot be read. It stays, and nothing waits for it."""


def compact() -> None:
    """Merge what lies there now, then let go of what is too old. Raises Unreadable, Conflict."""
    begun, unreadable = clock.ticks(), 0
    for keys in landing.portions():
        if clock.ticks() - begun > LONGEST:
            return
        unreadable += _take_in(keys)
    if not unreadable:
        _forget_erasures()
    days.lapse()
    if unreadable:
        raise Unreadable(f"{unreadable} objects")


def _take_in(keys: Sequence[str]) -> int:
    """How many of them cannot be read."""
    read = {key: landed for key in keys if (landed := _read(key)) is not None}
    _spread(landing.join(read.values()))
    bucket.remove(list(read))
    return len(keys) - len(read)


def _read(key: str) -> Landed | None:
    try:
        return landing.read(key)
    except (MsgspecError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        logs.failed("what landed cannot be read", error, object=key)
        return None


def _spread(landed: Landed) -> None:
    """Everything to its place; again from the beginning, where somebody erased something meanwhile."""
    works.renew(landed.works)
    for _ in range(LOOKS):
        standing = erasures.add(landed.erasures)
        _merge(landed.events, standing)
        days.cleanse({each.reader for each in landed.erasures}, standing)
        if erasures.still(standing):
            return
    raise Conflict


def _forget_erasures() -> None:
    """Those that are over. Whoever was overtaken by one looks again, unless it is cut off right there and another has
    taken away what landed: so all days are looked through once more before."""
    moment, standing = clock.rfc3339(clock.now()), erasures.read()
    if over := standing.over(moment):
        days.cleanse(over, standing)
        erasures.lapse(moment)


def _merge(events: Iterable[Event], standing: Erasures) -> None:
    by_day: dict[str, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.day, []).append(event)
    for day, its in sorted(by_day.items()):
        days.merge(day, its, standing)
