"""Recording what happened: one write to the store for 25 events, and none is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.interactions.models import EVENT, SHOWN, Interaction
from chalicelib.interactions.shapes import Claim, Recorded

KEPT, SHOWN_KEPT = timedelta(days=400), timedelta(days=30)
OLDEST = timedelta(days=7)
SKEW = timedelta(minutes=5)


def record(actor: Actor, claims: Sequence[Claim]) -> Recorded:
    """Keep what a client saw happen. An event with a time that it cannot have had is left out and named."""
    now = clock.now()
    timely = [claim for claim in claims if now - OLDEST <= claim.occurred_at <= now + SKEW]
    _keep(_claimed(actor.account_id, claim) for claim in timely)
    outside = [claim.event_id for claim in claims if claim not in timely]
    return Recorded(recorded=len(timely), outside_window=outside)


def enter(
    account_id: str, kind: str, event_id: str, occurred_at: datetime, work_ids: Iterable[str], **more: Any
) -> None:
    """Keep what a fact says of an account. The same fact is kept once, for it lands on itself."""
    _keep(
        _row(account_id, f"{event_id}.{work_id}", occurred_at, kind=kind, work_id=work_id, **more)
        for work_id in work_ids
    )


def _claimed(account_id: str, claim: Claim) -> Interaction:
    said: dict[str, Any] = msgspec.to_builtins(claim, builtin_types=(datetime,))
    event_id, occurred_at = said.pop("event_id"), said.pop("occurred_at")
    if "fraction" in said:
        said["fraction"] = round(said["fraction"] * 10_000)
    return _row(account_id, event_id, occurred_at, **said)


def _row(account_id: str, event_id: str, occurred_at: datetime, **said: Any) -> Interaction:
    now = clock.now()
    prefix, kept = (SHOWN, SHOWN_KEPT) if said["kind"] == "impression" else (EVENT, KEPT)
    return Interaction(
        account_id,
        f"{prefix}{clock.rfc3339(occurred_at)}_{event_id}",
        occurred_at=occurred_at,
        recorded_at=now,
        expires_at=int((now + kept).timestamp()),
        **{name: value for name, value in said.items() if value is not None},
    )


def _keep(rows: Iterable[Interaction]) -> None:
    once = {row.moment: row for row in rows}
    with Interaction.batch_write() as batch:
        for row in once.values():
            batch.save(row)
