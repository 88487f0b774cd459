"""The facts that the interactions table tells.

One fact for all that an account did within a batch of the stream, not one an event. A batch that comes again may be
cut differently, so a reader that must not count an event twice goes by the event, not by the fact's id.
"""

from collections.abc import Iterable

from chalicelib.core import facts
from chalicelib.core.facts import Fact
from chalicelib.core.records import Change, Json
from chalicelib.interactions.models import ERASURE, EVENT

MOST_EVENTS = 50
_TOLD = (
    "moment",
    "kind",
    "work_id",
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
    return change.old is None and bool(change.new and change.new["moment"].startswith(EVENT))


def is_erasure(change: Change) -> bool:
    new, old = change.new, change.old
    return bool(new and new["moment"] == ERASURE and (old is None or old["at"] != new["at"]))


def recorded(changes: Iterable[Change]) -> list[Fact]:
    """``interaction.recorded`` {account_id, events}, of at most 50 events each."""
    by_account: dict[str, list[Change]] = {}
    for change in changes:
        if change.new and is_event(change):
            by_account.setdefault(change.new["account_id"], []).append(change)
    return [
        _recorded(account_id, events[start : start + MOST_EVENTS])
        for account_id, events in by_account.items()
        for start in range(0, len(events), MOST_EVENTS)
    ]


def erased(change: Change) -> Fact:
    """``history.erased`` {account_id, until}."""
    row = change.new or {}
    return facts.of(change, "history.erased", row["account_id"], {"account_id": row["account_id"], "until": row["at"]})


def _recorded(account_id: str, changes: list[Change]) -> Fact:
    events = [_event(change.new or {}) for change in changes]
    return facts.of(changes[0], "interaction.recorded", account_id, {"account_id": account_id, "events": events})


def _event(row: Json) -> Json:
    return {name: row[name] for name in _TOLD if name in row}
