"""A buyer who changes their mind before paying."""

from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, decided
from chalicelib.orders import collection, discounting, hearing, history, status
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.shapes import OrderView
from chalicelib.payments import gateway
from chalicelib.payments.objects import EXPIRED

TRIES = 5


class TooLateToCancel(Conflict):
    """The order was paid, or is being paid."""

    en = "This order was paid or is being paid: it can no longer be canceled."
    zh = "该订单已支付或正在支付：无法取消。"


def cancel(buyer: Actor, order_id: str) -> OrderView:
    """Close the page at the provider first, then look: whoever was quicker, the buyer or the bank, is right.

    Canceling what is canceled, expired or failed changes nothing. Raises NotFound, TooLateToCancel,
    ProviderUnavailable.
    """

    def decide(tx: Transaction) -> OrderView:
        order = history.one_of_mine(buyer, order_id)
        if status.of(order.header) not in ("created", "awaiting"):
            return _as_it_is(order)
        if not _closed(order):
            raise TooLateToCancel
        over = {"canceled_at": clock.now(), **discounting.give_back(tx, order.header)}
        collection.change(tx, order.header, **over, unfinished=None, due_at=None)
        trail.write(tx, buyer, "order.canceled", order_id)
        return history.view(order)

    return decided(decide, Moved)


def _as_it_is(order: Order) -> OrderView:
    if status.of(order.header) not in ("canceled", "expired", "failed"):
        raise TooLateToCancel
    return history.view(order)


def _closed(order: Order) -> bool:
    """Nobody can pay any more. What was paid meanwhile is entered at once."""
    if order.header.session_id is None:
        return True
    session = gateway.close_checkout(order.header.session_id)
    if session is None or session.status == EXPIRED:
        return True
    hearing.observe(session)
    return False
