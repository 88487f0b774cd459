"""What a comparison found, each about one movement: noted once, told to a person, and closed by what settled it."""

from datetime import timedelta
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.core import clock, logs
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.tables import keep_facts
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.ledger.entries import Settled
from chalicelib.reconciliation.models import MISSING, OPEN, FindingRow

A_DAY = timedelta(days=1)


class FindingMoved(Conflict):
    """Somebody else decided on it meanwhile."""


def read(transaction_id: str) -> FindingRow:
    """Raises NotFound."""
    try:
        return FindingRow.get(transaction_id, "finding", consistent_read=True)
    except FindingRow.DoesNotExist:
        raise NotFound from None


def open_ones() -> list[FindingRow]:
    """The oldest first. One query, which may miss what was noted this moment."""
    return list(FindingRow.by_unfinished.query(OPEN))


def settled_of(row: FindingRow) -> Settled:
    return Settled(row.subject, row.amount, row.fee, row.currency, row.created, row.type)


def note(settled: Settled, kind: str, why: str) -> FindingRow:
    """Where nothing is open about the movement yet; as it is noted then."""
    row = FindingRow(settled.id, unfinished=OPEN, found_at=clock.now(), **_told(settled, kind, why))
    return row if row.save_if(FindingRow.unfinished.does_not_exist()) else read(settled.id)


def begin(tx: Transaction, settled: Settled, kind: str, why: str, *, held: bool) -> None:
    """Note it with the transaction, whatever was known of it."""
    row = FindingRow(settled.id)
    told = {"unfinished": OPEN, "found_at": clock.now(), "told_at": None, "held": held or None}
    tx.update(row, keep_facts(row, told | _told(settled, kind, why)))


def say_why(row: FindingRow, why: str, *, held: bool) -> None:
    """Note what is known now. What is held up is no longer anybody's to place: what was proposed is void."""
    void: dict[str, Any] = {"proposal_id": None, "proposal": None} if held else {}
    row.update_if(FindingRow.unfinished == OPEN, keep_facts(row, {"why": why, "held": held or None, **void}))


def settle(tx: Transaction, row: FindingRow, journal_id: str) -> None:
    """It is over. At the commit: FindingMoved where it was, or somebody proposed something else meanwhile."""
    ended: list[Action] = [
        FindingRow.settled_at.set(clock.now()),
        FindingRow.settled_as.set(journal_id),
        FindingRow.unfinished.remove(),
        FindingRow.proposal_id.remove(),
        FindingRow.proposal.remove(),
    ]
    same = FindingRow.proposal_id == row.proposal_id if row.proposal_id else FindingRow.proposal_id.does_not_exist()
    tx.update(FindingRow(row.subject), ended, (FindingRow.unfinished == OPEN) & same, FindingMoved())


def close(row: FindingRow, journal_id: str) -> None:
    """Settle it alone; where somebody else did, it is."""
    try:
        with all_or_nothing() as tx:
            settle(tx, row, journal_id)
    except FindingMoved:
        pass


def tell(row: FindingRow) -> None:
    """Page somebody, once, and every day that it stays open. What is only missing gets its day first."""
    now, since = clock.now(), row.told_at or (row.found_at if row.kind == MISSING else None)
    if row.unfinished != OPEN or (since and now - since < A_DAY):
        return
    told: dict[str, Any] = {"transaction": row.subject, "type": row.type, "amount": row.amount, "fee": row.fee}
    logs.incident("movement_unexplained", kind=row.kind, **told, currency=row.currency, reason=row.why)
    FindingRow(row.subject).update_if(FindingRow.unfinished == OPEN, [FindingRow.told_at.set(now)])


def _told(settled: Settled, kind: str, why: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "type": settled.type,
        "amount": settled.amount,
        "fee": settled.fee,
        "currency": settled.currency,
        "created": settled.created,
        "why": why,
    }
