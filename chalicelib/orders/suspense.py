"""What of an order is in suspense: money that bought nothing and did not go back, and what a bank took beyond all that
was left. Pure."""

import msgspec

from chalicelib.ledger.returns import Taken
from chalicelib.orders import contested, refunding
from chalicelib.orders.collection import Order
from chalicelib.orders.models import OVERPAID, REVIEW, DisputeRow, PaymentRow


def of(order: Order, payment: PaymentRow) -> int:
    """How much of a payment is: below nothing where more was taken than anybody had."""
    if payment.kind == OVERPAID:
        return 0
    payment_id = payment.row.removeprefix("payment#")
    here = _of_what_bought_nothing(order, payment_id, payment.amount) if payment.kind == REVIEW else 0
    lost = sum(_beyond(row) for row in order.disputes if row.payment_id == payment_id and contested.is_lost(row))
    placed = sum(row.amount for row in order.placements if row.payment_id == payment_id and row.approved)
    return here - lost - placed


def is_moving(order: Order, payment: PaymentRow) -> bool:
    """A refund of it is under way, or a bank asks or has not decided."""
    payment_id = payment.row.removeprefix("payment#")
    refunds = (row for row in order.refunds if row.payment_id == payment_id and row.unfinished)
    disputes = (row for row in order.disputes if row.payment_id == payment_id and row.ended_at is None)
    return any(refunds) or any(disputes)


def _of_what_bought_nothing(order: Order, payment_id: str, amount: int) -> int:
    back = sum(row.amount for row in order.refunds if row.payment_id == payment_id and row.posted and not row.reversed)
    return amount - back


def _beyond(row: DisputeRow) -> int:
    """What a lost dispute took and no line had: of what bought nothing, all."""
    took = refunding.total({line: msgspec.convert(told, Taken) for line, told in (row.taken or {}).items()})
    return int(row.amount) - took.total
