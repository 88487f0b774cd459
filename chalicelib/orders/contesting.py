"""Deciding what a bank is told of a disputed payment: our evidence, once, or that we give in. The outbox carries it
out."""

from typing import Any

from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import asking, collection, contested, history
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import DISPUTE, DisputeRow
from chalicelib.orders.shapes import DisputeView, NewEvidence, OrdersQuery
from chalicelib.outbox import tasks


class AlreadyAnswered(Conflict):
    """The bank has our answer, or does not ask for one."""

    en = "This dispute was answered, or the bank does not ask for an answer now."
    zh = "该争议已答复，或银行目前无需答复。"


def waiting(admin: Actor, query: OrdersQuery) -> Page[DisputeView]:
    """The disputes that have not ended, by when an answer is due. One query. Raises BadCursor."""
    return history.waiting(admin, query, DISPUTE, "disputes", history.dispute_view)


def one(order_id: str, dispute_id: str) -> DisputeView:
    """Raises NotFound."""
    return history.dispute_view(find(collection.read(order_id), dispute_id))


def answer(admin: Actor, order_id: str, dispute_id: str, evidence: NewEvidence) -> DisputeView:
    """Raises NotFound, OwnRequest, AlreadyAnswered."""
    return _decide(admin, order_id, dispute_id, "hand_in_evidence", statement=evidence.statement)


def give_in(admin: Actor, order_id: str, dispute_id: str) -> DisputeView:
    """Raises NotFound, OwnRequest, AlreadyAnswered."""
    return _decide(admin, order_id, dispute_id, "accept_dispute")


def _decide(admin: Actor, order_id: str, dispute_id: str, kind: str, **facts: Any) -> DisputeView:
    order = collection.read(order_id)
    row = find(order, dispute_id)
    asking.must_be_neither_side(admin, order)
    if row.status not in contested.ANSWERABLE or row.answered_at:
        raise AlreadyAnswered
    data = {"order_id": order_id, "dispute_id": dispute_id}
    try:
        with all_or_nothing() as tx:
            told = {"answered_at": clock.now(), "answered_by": admin.party_id}
            collection.change(tx, row, **told, **facts)
            tasks.put(tx, "order-effects", kind, data)
            trail.write(tx, admin, f"dispute.{kind}", order_id, dispute=dispute_id)
    except Moved:
        raise AlreadyAnswered from None
    return history.dispute_view(row)


def find(order: Order, dispute_id: str) -> DisputeRow:
    """Raises NotFound."""
    row = order.dispute(dispute_id)
    if row is None:
        raise NotFound
    return row
