"""The book against Stripe's balance, both ways: from where the last comparison ended, and a while before, to now.

What Stripe has and the book has not is looked at, and entered where it is ours; see ``explaining``. What both have must
be the same, and what the book has Stripe must know.
"""

from msgspec import Struct

from chalicelib.audit import trail
from chalicelib.core import clock, logs
from chalicelib.core.actors import Actor
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import movements
from chalicelib.ledger.entries import Settled
from chalicelib.payments import movements as provider
from chalicelib.reconciliation import balancing, explaining, findings
from chalicelib.reconciliation.models import DIFFERS, MISSING, UNMATCHED, FindingRow

OVERLAP = 3 * 3600
A_DAY = 24 * 3600


class Compared(Struct):
    """How many movements were held against each other since the last time, and a while before; and how many findings
    are open."""

    movements: int
    open: int


def compare_for(admin: Actor) -> Compared:
    """Now, for somebody who waits. Raises ProviderUnavailable."""
    with all_or_nothing() as tx:
        trail.write(tx, admin, "comparison.run", "comparison")
    return compare()


def compare() -> Compared:
    """Walk on to now, a day at a time; then look again at what is open, and hold the sums against each other.

    Raises ProviderUnavailable: the next run goes on from where this one came to.
    """
    now, seen, at = int(clock.timestamp()), 0, balancing.compared_until()
    movements.close(_since(at))
    while at is None or at < now:
        until = now if at is None else min(at + A_DAY, now)
        seen += _walk(_since(at), until)
        balancing.mark(until)
        at = until
    for row in findings.open_ones():
        _look_again(row)
    balancing.check(now)
    return Compared(seen, len(findings.open_ones()))


def _since(at: int | None) -> int:
    """From where to walk: everything before is in the book, and stays as it is there."""
    if at is None:
        return 0
    missing = [row.created for row in findings.open_ones() if row.kind == MISSING]
    return max(0, min([at - OVERLAP, *missing]))


def _walk(since: int, until: int) -> int:
    told = {settled.id: settled for settled in provider.between(since, until)}
    booked = {movement.settled.id: movement.settled for movement in movements.between(since, until)}
    for settled in reversed(told.values()):
        if settled.id not in booked:
            explaining.explain(settled)
    for name, settled in booked.items():
        if not explaining.same(told.get(name), settled):
            _doubt(settled)
    return len(told.keys() | booked.keys())


def _doubt(booked: Settled) -> None:
    """The book says otherwise than the list did, which may have been read a moment too early."""
    told = provider.read(booked.id)
    if not explaining.same(told, booked):
        kind, why = (UNMATCHED, "Stripe knows no such movement") if told is None else (DIFFERS, f"Stripe says {told}")
        findings.tell(findings.note(booked, kind, why))


def _look_again(row: FindingRow) -> None:
    """One that fails holds up no other."""
    try:
        explaining.look_again(row)
    except Exception as error:
        logs.failed("a comparison failed", error)
