"""What was paid to an author, and taken back, as they see it."""

from chalicelib.core import clock, cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.money import written
from chalicelib.settlement.models import MoveRow
from chalicelib.settlement.shapes import PayoutsQuery, PayoutView


def mine(author: Actor, query: PayoutsQuery) -> Page[PayoutView]:
    """The newest first. One query. Raises BadCursor."""
    found = MoveRow.query(
        author.account_id,
        MoveRow.row.startswith("move#"),
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, "payouts", author.account_id),
    )
    rows, last = tables.page(found)
    return Page([_view(row) for row in rows], cursors.seal(last, "payouts", author.account_id))


def _view(row: MoveRow) -> PayoutView:
    return PayoutView(
        payout_id=row.row.removeprefix("move#"),
        kind=row.kind,
        status="done" if row.done_at else "declined" if row.declined_at else "moving",
        amount=row.amount,
        currency=row.currency,
        written_amount=written(row.currency, row.amount),
        returned=row.returned,
        begun_at=clock.rfc3339(row.begun_at),
        done_at=clock.rfc3339(row.done_at) if row.done_at else None,
        declined_because=row.declined_because,
    )
