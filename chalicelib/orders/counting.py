"""How many of a buyer's orders of the last year went back, or are to: the rules send back only so many.

What is approved counts at once, in a row of the buyer's that changes under its version in the transaction that
approves. So of many requests at once each counts those before it.
"""

from datetime import timedelta

from chalicelib.core import clock
from chalicelib.core.transactions import Transaction
from chalicelib.orders import collection, history
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import BuyerRow, buyer_key

YEAR = timedelta(days=365)
MOST_KEPT = 50
"""More approvals than any rules allow: older ones are forgotten first."""


def others(order: Order, counted: BuyerRow) -> int:
    """How many of the buyer's other orders. One query."""
    since = clock.now() - YEAR
    approved = {order_id for order_id, at in counted.approved.items() if clock.parse(at) >= since}
    return len((approved | history.refunded_since(order.header.buyer_id, since)) - {order.order_id})


def count(tx: Transaction, order: Order, row: BuyerRow) -> None:
    """Money of this order goes back. At the commit: Moved, where another of the buyer's was counted since it was
    read."""
    latest = sorted(row.approved.items(), key=lambda known: known[1])[-MOST_KEPT + 1 :]
    approved = {**dict(latest), order.order_id: clock.rfc3339(clock.now())}
    if row.version:
        collection.change(tx, row, approved=approved)
    else:
        row.approved = approved
        tx.insert(row, Moved())


def read(order: Order) -> BuyerRow:
    """What was counted of the order's buyer."""
    key = buyer_key(order.header.buyer_id)
    try:
        return BuyerRow.get(key, "buyer", consistent_read=True)
    except BuyerRow.DoesNotExist:
        return BuyerRow(key, approved={})
