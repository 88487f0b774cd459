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

    en = "This dispute was answered, the bank does not ask now, or you gave in and a second person must."
    zh = "该争议已答复，或银行目前无需答复，或您已同意、须由第二人确认。"


def waiting(admin: Actor, query: OrdersQuery) -> Page[DisputeView]:
    """The disputes that have not ended, by when an answer is due. One query. Raises BadCursor."""
    return history.waiting(admin, query, DISPUTE, "disputes", history.dispute_view)


def one(order_id: str, dispute_id: str) -> DisputeView:
    """Raises NotFound."""
    return history.dispute_view(find(collection.read(order_id), dispute_id))


def answer(admin: Actor, order_id: str, dispute_id: str, evidence: NewEvidence) -> DisputeView:
    """Raises NotFound, OwnRequest, AlreadyAnswered."""
    _, row = _to_answer(admin, order_id, dispute_id)
    return _decide(admin, row, "hand_in_evidence", statement=evidence.statement)


def give_in(admin: Actor, order_id: str, dispute_id: str) -> DisputeView:
    """Of as much as two people must let go, the first one's word waits for a second's. Raises NotFound, OwnRequest,
    AlreadyAnswered."""
    order, row = _to_answer(admin, order_id, dispute_id)
    if row.given_in_by == admin.party_id:
        raise AlreadyAnswered
    if row.given_in_by or asking.approvals_needed(order, row.amount) == 1:
        return _decide(admin, row, "accept_dispute")
    return _change(admin, row, "give_in", given_in_by=admin.party_id)


def _to_answer(admin: Actor, order_id: str, dispute_id: str) -> tuple[Order, DisputeRow]:
    order = collection.read(order_id)
    row = find(order, dispute_id)
    asking.must_be_neither_side(admin, order)
    if row.status not in contested.ANSWERABLE or row.answered_at:
        raise AlreadyAnswered
    return order, row


def _decide(admin: Actor, row: DisputeRow, kind: str, **facts: Any) -> DisputeView:
    told = {"answered_at": clock.now(), "answered_by": admin.party_id}
    return _change(admin, row, kind, task=kind, **told, **facts)


def _change(admin: Actor, row: DisputeRow, what: str, task: str | None = None, **facts: Any) -> DisputeView:
    data = {"order_id": row.order_id, "dispute_id": row.row.removeprefix("dispute#")}
    try:
        with all_or_nothing() as tx:
            collection.change(tx, row, **facts)
            if task:
                tasks.put(tx, "order-effects", task, data)
            trail.write(tx, admin, f"dispute.{what}", row.order_id, dispute=data["dispute_id"])
    except Moved:
        raise AlreadyAnswered from None
    return history.dispute_view(row)


def find(order: Order, dispute_id: str) -> DisputeRow:
    """Raises NotFound."""
    row = order.dispute(dispute_id)
    if row is None:
        raise NotFound
    return row
