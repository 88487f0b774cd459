"""What is to be gone, also of what has not arrived yet: a list of pseudonyms, each for as long as a fact can wait.

Whoever takes something away writes it here first and then looks into the days. Whoever brings something writes the
days first and then looks here. So of two at once, one at least knows of the other, for S3 shows every write to every
later read.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

import msgspec
from msgspec import Struct

from chalicelib.core import clock
from chalicelib.core.objects import Stored
from chalicelib.lake import bucket, packing
from chalicelib.lake.shapes import Erasure, Event

KEY = "erasures/erasures.jsonl.gz"
KEPT = timedelta(days=30)
"""Longer than a fact can wait: 22 hours in a stream, 14 days in a queue and 14 in its dead letters."""

Name = tuple[str, str | None]
"""A reader, and the event that it is about; None: all."""


class Erasures(Struct, frozen=True):
    """All that stand, as of a tag that changes with them."""

    tag: str | None
    standing: dict[Name, Erasure]

    def take(self, event: Event) -> bool:
        """Whether the event is to be gone."""
        names: tuple[Name, Name] = ((event.reader, None), (event.reader, event.event_id))
        return any(event.recorded_at <= self.standing[name].until for name in names if name in self.standing)

    def over(self, moment: str) -> set[str]:
        """The readers that one of these is about for which, by then, nothing more can arrive."""
        return {each.reader for each in self.standing.values() if each.kept_until <= moment}


def read() -> Erasures:
    return _of(bucket.read(KEY))


def still(known: Erasures) -> bool:
    """Whether these are all, still."""
    return bucket.tag(KEY) == known.tag


def add(fresh: Collection[Erasure]) -> Erasures:
    """All that stand with these. Raises Conflict."""
    return _of(bucket.rewrite(KEY, lambda data: _packed(_merged(_lines(data), fresh))))


def lapse(moment: str) -> None:
    """Forget those that are over by then. Raises Conflict."""
    bucket.rewrite(KEY, lambda data: _packed(each for each in _lines(data) if each.kept_until > moment))


def _merged(known: Iterable[Erasure], fresh: Iterable[Erasure]) -> Iterator[Erasure]:
    """Of each reader and event the one that reaches furthest; one that came again is as long as before."""
    kept_until = clock.rfc3339(clock.now() + KEPT)
    by_name = {(each.reader, each.event_id): each for each in known}
    for each in fresh:
        before = by_name.get((each.reader, each.event_id))
        if before is None or before.until < each.until:
            by_name[each.reader, each.event_id] = msgspec.structs.replace(each, kept_until=kept_until)
    yield from by_name.values()


def _packed(erasures: Iterable[Erasure]) -> bytes:
    ordered = sorted(erasures, key=lambda each: (each.reader, each.event_id or ""))
    return packing.pack(map(msgspec.json.encode, ordered)) if ordered else b""


def _lines(data: bytes | None) -> Iterator[Erasure]:
    return (msgspec.json.decode(line, type=Erasure) for line in packing.unpack(data)) if data else iter(())


def _of(stored: Stored | None) -> Erasures:
    if stored is None:
        return Erasures(None, {})
    return Erasures(stored.tag, {(each.reader, each.event_id): each for each in _lines(stored.data)})
