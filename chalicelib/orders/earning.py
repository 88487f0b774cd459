"""What an order's authors have of it: kept with the order, and changed with every journal that moves it."""

from typing import Any

import msgspec

from chalicelib.ledger import earnings
from chalicelib.ledger.earnings import Earnings
from chalicelib.orders.collection import Order
from chalicelib.orders.models import RELEASE, LineRow, PaymentRow


def shares_of(lines: list[LineRow]) -> dict[str, int]:
    """What each author earns by these lines."""
    parts: dict[str, int] = {}
    for line in lines:
        for author_id, part in line.author_amounts.items():
            parts[author_id] = parts.get(author_id, 0) + part
    return parts


def of(order: Order) -> Earnings:
    """As last written; of an order from before that was kept, what its lines say."""
    header = order.header
    if header.earnings:
        return msgspec.convert(header.earnings, Earnings)
    begun = earnings.begin(header.currency, shares_of(order.lines) if order.purchase else {})
    for line in order.lines:
        begun = earnings.take(begun, (line.taken or {}).get("authors", {})).earnings
    return begun


def facts(now: Earnings) -> dict[str, Any]:
    """What the header keeps."""
    return {"earnings": msgspec.to_builtins(now)}


def held_again(payment: PaymentRow, now: Earnings, due_at: Any) -> dict[str, Any]:
    """What the payment of a sale waits for, once something came back to the hold, which had ended."""
    waits = payment.unfinished is None and now.held
    return {"unfinished": RELEASE, "due_at": due_at} if waits else {}
