"""How far a reader is in each work."""

from typing import Any

from chalicelib.core import clock
from chalicelib.core.records import Json
from chalicelib.interactions.models import Progress, progress_row
from chalicelib.interactions.recording import KEPT
from chalicelib.interactions.shapes import ProgressView


def key(account_id: str, work_id: str) -> tuple[Any, ...]:
    """Where the progress is, for a read over several tables; ``of`` reads what is found there."""
    return Progress, account_id, progress_row(work_id)


def of(found: Progress | None) -> ProgressView | None:
    if found is None:
        return None
    return ProgressView(found.fraction / 10_000, clock.rfc3339(found.at), found.position, found.duration, found.place)


def advance(event: Json) -> None:
    """Take over a progress event (a stored interaction), unless a later one is known already."""
    at = clock.parse(event["occurred_at"])
    actions: list[Any] = [
        Progress.at.set(at),
        Progress.recorded_at.set(clock.parse(event["recorded_at"])),
        Progress.fraction.set(event["fraction"]),
        Progress.expires_at.set(int((at + KEPT).timestamp())),
    ]
    for name in ("position", "duration", "place"):
        attribute = getattr(Progress, name)
        actions.append(attribute.set(event[name]) if name in event else attribute.remove())
    row = Progress(event["account_id"], progress_row(event["work_id"]))
    row.update_if(Progress.at.does_not_exist() | (Progress.at < at), actions)
