"""The facts that the interactions table tells.

One fact for all that an account did within a batch of the stream, not one an event. A batch that comes again may be
cut differently, so a reader that must not count an event twice goes by the event, not by the fact's id.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chalicelib.core import facts
from chalicelib.core.facts import Fact
from chalicelib.core.records import Change, Json
from chalicelib.interactions.models import ERASURE, EVENT, SHOWN

MOST_EVENTS = 50
_TOLD = (
    "moment",
    "kind",
    "work_id",
    "work_ids",
    "occurred_at",
    "recorded_at",
    "position",
    "fraction",
    "place",
    "recommendation_id",
    "rating",
)


def is_event(change: Change) -> bool:
    """A new interaction. One that was sent again lands on the old one, and is no news."""
    return change.old is None and bool(change.new and change.new["moment"].startswith((EVENT, SHOWN)))


def is_erasure(change: Change) -> bool:
    new, old = change.new, change.old
    return bool(new and new["moment"] == ERASURE and (old is None or old["at"] != new["at"]))


def is_deletion(change: Change) -> bool:
    """An interaction that somebody deleted. What expires, nobody deletes."""
    return change.new is None and not change.expired and bool(change.old and change.old["moment"].startswith(EVENT))


def recorded(changes: Iterable[Change]) -> list[Fact]:
    """``interaction.recorded`` {account_id, events}, of at most 50 events each."""
    return [_recorded(account_id, events) for account_id, events in _by_account(filter(is_event, changes))]


def deleted(changes: Iterable[Change], erased: Mapping[str, str]) -> list[Fact]:
    """``history.item_deleted`` {account_id, events: [{moment, recorded_at, work_id}]}, of at most 50 events each.

    ``erased``: up to when each account had its whole history erased. What goes with that is not told event by event.
    """
    alone = (change for change in changes if not _recorded_at(change) <= erased.get(_account_id(change), ""))
    return [_deleted(account_id, events) for account_id, events in _by_account(alone)]


def erased(change: Change) -> Fact:
    """``history.erased`` {account_id, until}."""
    row = change.new or {}
    return facts.of(change, "history.erased", row["account_id"], {"account_id": row["account_id"], "until": row["at"]})


def _recorded(account_id: str, changes: list[Change]) -> Fact:
    events = [_event(change.new or {}) for change in changes]
    return facts.of(changes[0], "interaction.recorded", account_id, {"account_id": account_id, "events": events})


def _deleted(account_id: str, changes: list[Change]) -> Fact:
    told = ("moment", "recorded_at", "work_id")
    events = [{name: row[name] for name in told if name in row} for row in (change.old or {} for change in changes)]
    return facts.of(changes[0], "history.item_deleted", account_id, {"account_id": account_id, "events": events})


def _by_account(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """Each account's changes in order, at most as many at a time as a fact holds."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(_account_id(change), []).append(change)
    for account_id, its in found.items():
        for start in range(0, len(its), MOST_EVENTS):
            yield account_id, its[start : start + MOST_EVENTS]


def _account_id(change: Change) -> str:
    return str((change.new or change.old or {})["account_id"])


def _recorded_at(change: Change) -> str:
    return str((change.old or {})["recorded_at"])


def _event(row: Json) -> Json:
    told = {name: row[name] for name in _TOLD if name in row}
    return told | {"work_ids": msgspec.json.decode(row["work_ids"])} if "work_ids" in row else told
