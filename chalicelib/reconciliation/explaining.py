"""A movement of Stripe's balance that the book has not: what it comes from is looked at, and entered where it is ours.
What nothing explains is in suspense from then on, once (JX), and somebody is told. Explained after all, JX goes (JXw).
"""

from datetime import timedelta
from typing import NamedTuple

from chalicelib.audit import trail
from chalicelib.core import actors, aws, clock, logs
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, movements, postings
from chalicelib.ledger.entries import Settled
from chalicelib.ledger.movements import Movement
from chalicelib.orders import hearing
from chalicelib.payments import movements as provider
from chalicelib.payments.wire import ProviderUnavailable
from chalicelib.reconciliation import findings
from chalicelib.reconciliation.models import MISSING, UNKNOWN, FindingRow

ACTOR = actors.system("reconciliation")
NONE, PATIENCE = timedelta(0), timedelta(days=1)
"""How long what is ours, and cannot be entered yet, waits before it counts as unknown."""


class Look(NamedTuple):
    """What came of looking at a movement's source: how long the book may wait for it, why, and whether it is ours and
    held up."""

    patience: timedelta
    why: str
    held: bool = False


def explain(settled: Settled) -> None:
    """Enter what it is; else note that it is missing, or put it into suspense."""
    seen = _look(settled)
    if movements.find(settled):
        return
    row = findings.note(settled, MISSING, seen.why) if seen.patience else None
    if row is None or clock.now() - row.found_at >= seen.patience:
        _suspend(settled, seen)


def _suspend(settled: Settled, seen: Look) -> None:
    """JX: once, for it is keyed by the movement; whoever enters the movement meanwhile is right."""
    try:
        with all_or_nothing() as tx:
            journals.post(tx, postings.unknown(settled))
            findings.begin(tx, settled, UNKNOWN, seen.why, held=seen.held)
            trail.write(tx, ACTOR, "movement.suspended", settled.id, type=settled.type, reason=seen.why)
    except Conflict:
        return
    findings.tell(findings.read(settled.id))


def look_again(row: FindingRow) -> None:
    """At what is open: whether something settled it meanwhile, or can now. Else whoever must know is told."""
    settled = findings.settled_of(row)
    if row.kind == UNKNOWN:
        _try_again(row, settled)
    movement = movements.find(settled)
    if row.kind == UNKNOWN and movement and not movement.is_unknown:
        _withdraw(row, settled, movement)
    elif movement and _agrees(row, movement):
        findings.close(row, movement.journal_id)
    else:
        findings.tell(row)


def _try_again(row: FindingRow, settled: Settled) -> None:
    """What held it up may have passed."""
    seen = _look(settled)
    if seen.patience != timedelta.max and (seen.why, seen.held) != (row.why, bool(row.held)):
        findings.say_why(row, seen.why, held=seen.held)


def same(told: Settled | None, booked: Settled) -> bool:
    """What moved is the same, whatever it is called."""
    return told is not None and (told.amount, told.fee, told.currency) == (booked.amount, booked.fee, booked.currency)


def _agrees(row: FindingRow, movement: Movement) -> bool:
    """The book has what it missed; or what both have is the same now."""
    return row.kind == MISSING or (row.kind != UNKNOWN and same(provider.read(row.subject), movement.settled))


def _look(settled: Settled) -> Look:
    """Enter what it comes from; and where it is not in the book then, say why."""
    try:
        told_by = provider.told_by(settled.id)
        if told_by is None:
            return Look(NONE, f"nothing of ours moves {settled.type}")
        hearing.look(*told_by)
    except NotFound:
        return Look(NONE, "it is for nothing of ours")
    except Exception as error:
        logs.failed("a movement is not explained", error)
        passes = isinstance(error, ProviderUnavailable) or aws.is_passing(error)
        return Look(timedelta.max if passes else PATIENCE, type(error).__name__, held=True)
    return Look(PATIENCE, f"{told_by[1]} is known, and not how it moved")


def _withdraw(row: FindingRow, settled: Settled, movement: Movement) -> None:
    """JXw: the explanation is in the book, and so the movement would count twice."""
    try:
        with all_or_nothing() as tx:
            journals.post(tx, postings.known_after_all(settled))
            findings.settle(tx, row, movement.journal_id)
            trail.write(tx, ACTOR, "movement.explained", settled.id, journal=movement.journal_id)
    except Conflict:
        pass
