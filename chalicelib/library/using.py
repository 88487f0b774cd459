"""How much of what was bought was used: kept with the holding, for the rules of refunds ask for it.

It only grows. A reader who erases what they did takes nothing of it back, for it is no history: no moment and no place,
but how much was handed over for the money.
"""

from collections.abc import Collection

from msgspec import Struct

from chalicelib.library.models import HoldingRow, PassesRow

MOST_OPENED = 500
"""Files that a holding remembers, over all versions of its work: far more than make all of one."""


class Event(Struct):
    kind: str
    work_id: str | None = None
    fraction: int | None = None


class Heard(Struct):
    """What an account did within a moment: the fact ``interaction.recorded``. Fractions are in basis points."""

    account_id: str
    events: list[Event]


def note(heard: Heard) -> None:
    """Keep the furthest that the reader says to be, of works that they have. One call for each of these works."""
    furthest: dict[str, int] = {}
    for event in heard.events:
        if event.kind == "progress" and event.work_id and event.fraction:
            furthest[event.work_id] = max(event.fraction, furthest.get(event.work_id, 0))
    for work_id, fraction in furthest.items():
        _raise(heard.account_id, work_id, fraction)


def open_file(account_id: str, work_id: str, file_id: str, opened: Collection[str]) -> None:
    """A file was handed over. A call, where it was not before."""
    if file_id not in opened and len(opened) < MOST_OPENED:
        HoldingRow(account_id, work_id).update(actions=[HoldingRow.opened.add({file_id})])


def open_by_pass(account_id: str, running: set[str], opened: Collection[str]) -> None:
    """A file was handed over for these passes that run. A call, where there is one for which none was before."""
    if new := running.difference(opened):
        PassesRow(account_id).update(actions=[PassesRow.opened.add(new)])


def share(row: HoldingRow | None) -> float:
    """What was used of a work, from 0 to 1: of its files those that were handed over, or as far as the reader said."""
    if row is None:
        return 0.0
    handed_over = min(len(row.opened or ()) / max(len(row.files or ()), 1), 1.0)
    return max(handed_over, (row.used or 0) / 10_000)


def _raise(account_id: str, work_id: str, fraction: int) -> None:
    less = HoldingRow.used.does_not_exist() | (HoldingRow.used < fraction)
    HoldingRow(account_id, work_id).update_if(HoldingRow.account_id.exists() & less, [HoldingRow.used.set(fraction)])
