"""What disputes mean for an order: which of its parts wait for a bank. Pure."""

from collections import Counter
from datetime import datetime
from typing import Any

from chalicelib.core.errors import Conflict
from chalicelib.orders.collection import Order
from chalicelib.orders.models import DisputeRow, payment_row

ANSWERABLE = frozenset({"warning_needs_response", "needs_response", "appeal_needs_response"})
WAITING = ANSWERABLE | {"warning_under_review", "under_review", "appeal_under_review"}
LOST, WON = "lost", "won"
ENDED = frozenset({LOST, WON, "warning_closed", "prevented"})
KNOWN = WAITING | ENDED
"""The provider adds statuses as time goes on: of one that is not here, nothing is guessed."""


class OrderDisputed(Conflict):
    """The buyer asked their bank for the money: the bank decides, and nobody else meanwhile."""

    en = "The payment of this order is disputed at the bank: wait for its decision."
    zh = "该订单的付款正在银行争议处理中：请等待银行的决定。"


def is_lost(row: DisputeRow) -> bool:
    return bool(row.losses > row.reprieves)


def is_out(row: DisputeRow) -> bool:
    """The bank has the money, for now or for good."""
    return bool(row.out > 0) or is_lost(row)


def of_sale(order: Order) -> list[DisputeRow]:
    """The disputes about what bought the order; others are about money that bought nothing."""
    bought = order.purchase
    return [row for row in order.disputes if bought and payment_row(row.payment_id) == bought.row]


def is_suspended(order: Order) -> bool:
    """Nothing of the order may be read: its money is not here."""
    return any(is_out(row) for row in of_sale(order))


def is_frozen(order: Order) -> bool:
    """Nothing is refunded or paid out: a bank asks, or decides. What it decided is in the book: the rest goes on."""
    return any(row.ended_at is None for row in of_sale(order))


def is_waiting(order: Order) -> bool:
    """A bank has money of it, and has not decided."""
    return any(row.ended_at is None and is_out(row) for row in of_sale(order))


def is_asked_back(order: Order) -> bool:
    """Something of it is asked for, or on its way back; what was lost is neither."""
    lost = Counter[str]()
    for row in of_sale(order):
        if row.ended_at and is_lost(row):
            lost.update(row.parts)
    return any(line.reserved != line.refunded + lost[line.row] for line in order.lines)


def header_facts(order: Order, row: DisputeRow, was_out: bool, now: datetime) -> dict[str, Any]:
    """What is new for the order, by what became of one of its disputes."""
    others = [each for each in of_sale(order) if each.row != row.row]
    facts: dict[str, Any] = {}
    if is_out(row) and not was_out:
        facts |= {"disputed_at": now, "dispute_won_at": None}
    if is_lost(row) and not order.header.charged_back_at:
        facts["charged_back_at"] = now
    if was_out and not is_out(row) and not any(is_out(each) for each in others):
        facts |= {"dispute_won_at": now, "charged_back_at": None}
    return facts
