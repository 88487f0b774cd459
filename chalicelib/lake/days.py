"""A day's events, each once, in one object: what comes is merged into it, what is erased goes out of it.

Old and new lines are read, merged and packed one by one: memory holds the day compressed, up to three times, and not
its lines.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter

import msgspec

from chalicelib.core import clock
from chalicelib.lake import bucket, packing
from chalicelib.lake.erasures import Erasures
from chalicelib.lake.shapes import Event

PREFIX = "interactions/"
KEPT = timedelta(days=400)
"""As long as the interactions themselves."""
_PLACE = attrgetter("reader", "occurred_at", "event_id")
"""Where an event stands in its day, and no other does: a reader's events follow each other."""


def key(day: str) -> str:
    """Of ``2026-11-26``."""
    return f"{PREFIX}day={day}/events.jsonl.gz"


def every() -> list[str]:
    """The days that there are, the first one first."""
    found = {each.key: each.key.partition("day=")[2][:10] for each in bucket.listed(PREFIX)}
    return sorted(day for its, day in found.items() if its == key(day))


def read(day: str) -> Iterator[Event]:
    """What was recorded on that day, reader by reader."""
    stored = bucket.read(key(day))
    return _events(stored.data) if stored else iter(())


def merge(day: str, fresh: Iterable[Event], erasures: Erasures) -> None:
    """Bring these events in, each once, and take out what is erased. Raises Conflict."""
    come = sorted(fresh, key=_PLACE)
    bucket.rewrite(key(day), lambda data: _merged(data, come, erasures))


def cleanse(readers: set[str], erasures: Erasures) -> None:
    """Take what is erased of these readers out of every day that they may be in. Raises Conflict."""
    for day in every() if readers else ():
        begins = bucket.read(key(day), first=packing.HEADER_BYTES)
        if begins and packing.may_hold(begins.data, readers):
            merge(day, (), erasures)


def lapse() -> None:
    """Let go of the days that are too old. S3 would do so too, but counts from when a day was last written."""
    oldest = clock.rfc3339(clock.now() - KEPT)[:10]
    bucket.remove([key(day) for day in every() if day < oldest])


def _merged(data: bytes | None, come: list[Event], erasures: Erasures) -> bytes:
    """Of an event that was deleted and recorded anew, the later record. Nothing where nothing was and nothing stays."""
    day, is_there = packing.Day(), data is not None
    both = heapq.merge(_events(data) if data else (), come, key=_PLACE)
    for _, same in itertools.groupby(both, key=_PLACE):
        if stay := [event for event in same if not erasures.take(event)]:
            last = max(stay, key=attrgetter("recorded_at"))
            day.add(last.reader, msgspec.json.encode(last))
            is_there = True
    return day.packed() if is_there else b""


def _events(data: bytes) -> Iterator[Event]:
    return (msgspec.json.decode(line, type=Event) for line in packing.unpack(data))
