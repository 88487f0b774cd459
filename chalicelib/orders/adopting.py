"""A refund of a sale that somebody made at the provider itself becomes a request of ours: reserved of the lines that
have something left, each by how much, and followed like any other."""

from chalicelib.audit import trail
from chalicelib.core import actors
from chalicelib.core.money import apportion
from chalicelib.core.transactions import Transaction
from chalicelib.orders import refunding
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import PaymentRow
from chalicelib.payments.objects import Refund

MADE_AT_PROVIDER = "made_at_provider"
ACTOR = actors.system("adopting")


class RefundUncovered(Exception):
    """More went back than is left beside what requests reserved: the provider refuses one of those, which frees its
    part, and then there is room."""


def adopt(tx: Transaction, order: Order, payment: PaymentRow, refund: Refund) -> None:
    """Raises RefundUncovered; at the commit: Moved."""
    left = {line.row: line.price - line.reserved for line in order.lines if line.price > line.reserved}
    if refund.amount > sum(left.values()):
        raise RefundUncovered(refund.id)
    parts = {row: part for row, part in apportion(refund.amount, left).items() if part}
    refunding.reserve(tx, order, payment, parts)
    request = refunding.asked(order, payment, refund.id, parts, [MADE_AT_PROVIDER], **refunding.approved(at_once=True))
    tx.insert(request, Moved())
    trail.write(tx, ACTOR, "refund.adopted", order.order_id, refund=refund.id, amount=refund.amount)
