"""What a reader did of late, kept for one read: where to go on learning, and what need not be recommended."""

from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.core import clock, tables
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import revisions, weights, works
from chalicelib.recommend.engine import FINISHED, Event, Heard, Kind, Seen
from chalicelib.recommend.models import ReaderRow, reader_key

MOST_WORKS = 100
MOST_LASTING = 400
"""What was bought or dismissed is remembered for longer: it is not recommended again."""


class Going(Struct, kw_only=True, omit_defaults=True):
    """One work in a reader's recent past. Moments are RFC 3339; ``progress_at`` that of the last progress, and
    ``judged_at`` and ``rated_at`` of the last word on whether they want to see it. ``most`` is the most that they
    did with it."""

    work_id: str
    at: str
    most: str = ""
    bought: bool = False
    judged_at: str = ""
    dismissed: bool = False
    rated_at: str = ""
    disliked: bool = False
    progress_at: str = ""
    fraction: int = 0
    position: int | None = None
    place: str | None = None
    forgotten_at: str = ""
    title: str = ""
    kind: str = ""
    language: str = ""


def key(account_id: str) -> tuple[Any, str]:
    """The reader's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return ReaderRow, reader_key(account_id)


def of(row: ReaderRow | None) -> list[Going]:
    """What is known of the reader, latest first."""
    return msgspec.convert(row.recent, list[Going]) if row else []


def learning(recent: list[Going]) -> list[Going]:
    """The works that were begun and not finished, the last one first."""
    begun = [going for going in recent if going.progress_at and going.title and going.fraction < FINISHED]
    return sorted(begun, key=lambda going: going.progress_at, reverse=True)


def known(recent: list[Going]) -> frozenset[str]:
    """The works that need not be shown: bought, begun, or not wanted."""
    return frozenset(going.work_id for going in recent if going.bought or going.progress_at or _unwanted(going))


def seen(recent: list[Going]) -> list[Seen]:
    """What speaks for what the reader likes, the latest first."""
    return [Seen(going.work_id, going.most, going.at) for going in recent if going.most and not _unwanted(going)]


def title(recent: list[Going], work_id: str) -> str:
    """What the work is called, where the reader began it."""
    return next((going.title for going in recent if going.work_id == work_id), "")


@revisions.persistent
def learn(heard: Heard) -> None:
    """Take over what is later than what is known, but nothing that the reader had erased."""
    row = _find(heard.account_id)
    erased = clock.rfc3339(row.erased_at) if row.erased_at else ""
    recent = {going.work_id: going for going in of(row)}
    for event in heard.events:
        if event.work_id and event.recorded_at > max(erased, _forgotten_at(recent.get(event.work_id))):
            _merge(recent.setdefault(event.work_id, Going(work_id=event.work_id, at="")), event)
    _name(recent, {event.work_id for event in heard.events if event.kind == Kind.PROGRESS and event.work_id})
    latest = _kept(sorted(recent.values(), key=lambda going: (going.at, going.work_id), reverse=True))
    if latest != of(row):
        row.recent = msgspec.to_builtins(latest)
        _write(row)


@revisions.persistent
def erase(account_id: str, until: str) -> None:
    """Forget the reader, and what is still to come of what they did up to then."""
    row = _find(account_id)
    moment = clock.parse(until)
    if row.erased_at is None or row.erased_at < moment:
        row.erased_at, row.recent = moment, []
        _write(row)


@revisions.persistent
def forget(account_id: str, until: dict[str, str]) -> None:
    """Forget what the reader did with these works, and what of it is still to come that was recorded up to then, but
    not that they own them: they deleted something of it."""
    row = _find(account_id)
    known = {going.work_id: going for going in of(row)}
    left = known | {work_id: _forgotten(work_id, known.get(work_id), moment) for work_id, moment in until.items()}
    if left != known:
        row.recent = msgspec.to_builtins(list(left.values()))
        _write(row)


def _forgotten(work_id: str, going: Going | None, until: str) -> Going:
    latest = max(_forgotten_at(going), until)
    at, bought = (going.at, going.bought) if going else ("", False)
    return Going(work_id=work_id, at=at, bought=bought, forgotten_at=latest)


def _forgotten_at(going: Going | None) -> str:
    return going.forgotten_at if going else ""


def _kept(latest: list[Going]) -> list[Going]:
    """What is not to be shown again is remembered for longer than what was seen."""
    lasting = [going for going in latest[MOST_WORKS:] if going.bought or going.dismissed]
    return latest[:MOST_WORKS] + lasting[:MOST_LASTING]


def _unwanted(going: Going) -> bool:
    return going.dismissed or going.disliked


def _merge(going: Going, event: Event) -> None:
    if event.kind not in (Kind.DISMISS, Kind.RESTORE):
        going.at = max(going.at, event.occurred_at)
    going.bought = going.bought or event.kind == Kind.PURCHASE
    going.most = weights.greater(going.most, weights.kind_of(event))
    if event.kind in (Kind.DISMISS, Kind.RESTORE) and event.occurred_at > going.judged_at:
        going.judged_at, going.dismissed = event.occurred_at, event.kind == Kind.DISMISS
    if event.kind == Kind.RATING and event.occurred_at > going.rated_at:
        going.rated_at, going.disliked = event.occurred_at, weights.is_bad(event)
    if event.kind == Kind.PROGRESS and event.occurred_at > going.progress_at:
        going.progress_at, going.fraction = event.occurred_at, event.fraction or 0
        going.position, going.place = event.position, event.place


def _name(recent: dict[str, Going], begun: set[str]) -> None:
    """Say what the works are called as of now, so that a page can name them without looking them up."""
    for row in works.find(sorted(begun & recent.keys())):
        if row.card:
            going = recent[row.owner.partition("#")[2]]
            going.title, going.kind, going.language = row.card["title"], row.card["kind"], row.card["language"]


def _find(account_id: str) -> ReaderRow:
    (row,) = tables.batch_get([key(account_id)], consistent=True)
    return row or ReaderRow(reader_key(account_id), recent=[])


def _write(row: ReaderRow) -> None:
    with all_or_nothing() as tx:
        revisions.replace(tx, row)
