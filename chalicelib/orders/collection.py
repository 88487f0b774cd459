"""An order with all that hangs on it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.tables import Row, keep_facts
from chalicelib.core.transactions import Transaction
from chalicelib.orders.models import (
    PURCHASE,
    AnyRow,
    ComplaintRow,
    DisputeRow,
    LineRow,
    OrderRow,
    PaymentRow,
    PlacementRow,
    RefundRow,
    RequestRow,
    complaint_row,
    dispute_row,
    payment_row,
    placement_row,
    refund_row,
    request_row,
)


class Moved(Conflict):
    """The order changed between reading and writing: read it again, and decide again."""


class Order(NamedTuple):
    header: OrderRow
    lines: list[LineRow]
    payments: list[PaymentRow]
    refunds: list[RefundRow]
    requests: list[RequestRow]
    disputes: list[DisputeRow]
    complaints: list[ComplaintRow]
    placements: Sequence[PlacementRow] = ()

    @property
    def order_id(self) -> str:
        return str(self.header.order_id)

    @property
    def holder_id(self) -> str | None:
        """Who has what was paid for: its buyer; of a gift, who claimed it, and nobody before."""
        holder: str | None = self.header.claimed_by if self.header.gift else self.header.buyer_id
        return holder

    @property
    def works(self) -> list[LineRow]:
        """The lines that are works."""
        return [line for line in self.lines if line.author_id is None]

    @property
    def passed(self) -> LineRow | None:
        """The line that is a pass: there is one at most."""
        return next((line for line in self.lines if line.author_id), None)

    def payment(self, payment_id: str) -> PaymentRow | None:
        return next((row for row in self.payments if row.row == payment_row(payment_id)), None)

    @property
    def purchase(self) -> PaymentRow | None:
        """The payment that bought the order; None of one that was free, or is not paid."""
        return next((row for row in self.payments if row.kind == PURCHASE), None)

    def request(self, request_id: str) -> RequestRow | None:
        return next((row for row in self.requests if row.row == request_row(request_id)), None)

    def dispute(self, dispute_id: str) -> DisputeRow | None:
        return next((row for row in self.disputes if row.row == dispute_row(dispute_id)), None)

    def complaint(self, complaint_id: str) -> ComplaintRow | None:
        return next((row for row in self.complaints if row.row == complaint_row(complaint_id)), None)

    def placement(self, placement_id: str) -> PlacementRow | None:
        return next((row for row in self.placements if row.row == placement_row(placement_id)), None)

    def refund(self, refund_id: str) -> RefundRow | None:
        return next((row for row in self.refunds if row.row == refund_row(refund_id)), None)


def read(order_id: str) -> Order:
    """As of this moment, in one consistent query. Raises NotFound."""
    rows: list[Any] = list(AnyRow.query(order_id, consistent_read=True)) if order_id else []
    headers = [row for row in rows if isinstance(row, OrderRow)]
    if not headers:
        raise NotFound
    return Order(
        header=headers[0],
        lines=[row for row in rows if isinstance(row, LineRow)],
        payments=[row for row in rows if isinstance(row, PaymentRow)],
        refunds=[row for row in rows if isinstance(row, RefundRow)],
        requests=[row for row in rows if isinstance(row, RequestRow)],
        disputes=[row for row in rows if isinstance(row, DisputeRow)],
        complaints=[row for row in rows if isinstance(row, ComplaintRow)],
        placements=[row for row in rows if isinstance(row, PlacementRow)],
    )


def change(tx: Transaction, row: Row, **facts: Any) -> None:
    """Set what is named, None taking it away, where nobody changed the row since it was read. At the commit: Moved.

    A row that this transaction begins takes it with it.
    """
    actions = keep_facts(row, facts)
    if not tx.begins(row):
        tx.update(row, actions, refusal=Moved())


def guard(tx: Transaction, order: Order, **facts: Any) -> None:
    """Let this be the one decision that is made of the order as it was read: its header gets a new version, and these
    facts. Whoever changes lines does so. At the commit: Moved."""
    change(tx, order.header, refunded=order.header.refunded, **facts)
