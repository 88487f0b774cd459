"""Orders as their buyers see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.core import clock, cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import NotFound
from chalicelib.core.money import written
from chalicelib.orders import collection, status, taxing
from chalicelib.orders.collection import Order
from chalicelib.orders.models import AnyRow, ComplaintRow, DisputeRow, LineRow, OrderRow, PaymentRow, RequestRow
from chalicelib.orders.shapes import (
    ComplaintToDecide,
    ComplaintView,
    DisputeView,
    OrderCard,
    OrderedBundle,
    OrderedPass,
    OrderedWork,
    OrdersQuery,
    OrderView,
    PaymentView,
    RefundPart,
    RequestToDecide,
    RequestView,
    Said,
)

V = TypeVar("V")


def mine(buyer: Actor, query: OrdersQuery) -> Page[OrderCard]:
    """The buyer's orders, newest first. One query. Raises BadCursor."""
    results = OrderRow.by_buyer.query(
        buyer.party_id,
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, "orders", buyer.party_id),
    )
    rows, last = tables.page(results)
    return Page([OrderCard(**_card(row)) for row in rows], cursors.seal(last, "orders", buyer.party_id))


def one_of_mine(buyer: Actor, order_id: str) -> Order:
    """One query. Raises NotFound, also where it is somebody else's."""
    order = collection.read(order_id)
    if order.header.buyer_id != buyer.party_id:
        raise NotFound
    return order


def view(order: Order) -> OrderView:
    header = order.header
    payable = status.is_payable(header)
    return OrderView(
        **_card(header),
        pay_at=header.session_url if payable else None,
        expires_at=clock.rfc3339(header.closes_at) if payable else None,
        methods=list(header.offered or []),
        payments=[_payment(row) for row in order.payments],
        timeline=status.timeline(header),
        reason=header.review_reason,
        refund_policy=header.refund_policy,
        tax=taxing.total(order.lines),
        taxes=[taxing.view(line) for line in order.lines],
        refunded=header.refunded,
        author_pass=_pass(order.passed) if order.passed else None,
        refunds=[request_view(row, order.lines) for row in order.requests],
        complaints=[complaint_view(row, order.lines) for row in order.complaints],
        gift_message=header.gift_message,
    )


def waiting(admin: Actor, query: OrdersQuery, what: str, name: str, view: Callable[[Any], V]) -> Page[V]:
    """A page of the rows that wait for that, the earliest due first; the cursor is good for a list of that ``name``.
    One query. Raises BadCursor."""
    place = cursors.unseal(query.cursor, name, admin.party_id)
    rows, last = tables.page(AnyRow.by_unfinished.query(what, limit=query.limit, last_evaluated_key=place))
    return Page([view(row) for row in rows], cursors.seal(last, name, admin.party_id))


def _pass(line: LineRow) -> OrderedPass:
    starts, ends = (clock.rfc3339(moment) if moment else None for moment in (line.starts_at, line.ends_at))
    return OrderedPass(line.work_id, str(line.author_id), line.days or 0, starts, ends, line.subscription)


def request_view(row: RequestRow, lines: list[LineRow]) -> RequestView:
    works = {line.row: line.work_id for line in lines}
    return RequestView(
        **_request(row),
        status=status.of_request(row),
        works=[RefundPart(works[line], amount) for line, amount in sorted(row.parts.items())],
        because=row.rejected_because,
    )


def to_decide(row: RequestRow) -> RequestToDecide:
    return RequestToDecide(order_id=row.order_id, **_request(row), text=row.text, approvals=len(row.approvals or []))


def _request(row: RequestRow) -> dict[str, Any]:
    return {
        "request_id": row.row.removeprefix("request#"),
        "amount": row.amount,
        "currency": row.currency,
        "written_amount": written(row.currency, row.amount),
        "reasons": list(row.reasons),
        "requested_at": clock.rfc3339(row.requested_at),
    }


def dispute_view(row: DisputeRow) -> DisputeView:
    return DisputeView(
        dispute_id=row.row.removeprefix("dispute#"),
        order_id=row.order_id,
        status=row.status,
        reason=row.reason,
        amount=row.amount,
        currency=row.currency,
        written_amount=written(row.currency, row.amount),
        opened_at=clock.rfc3339(row.opened_at),
        answer_due_at=_moment(row.evidence_due_at),
        answered_at=_moment(row.answered_at),
        to_confirm=bool(row.given_in_by and not row.answered_at),
        ended_at=_moment(row.ended_at),
    )


def complaint_view(row: ComplaintRow, lines: list[LineRow]) -> ComplaintView:
    line = next(each for each in lines if each.row == row.line)
    return ComplaintView(
        **_complaint(row),
        work_id=line.work_id,
        title=line.card["title"],
        status=status.of_complaint(row),
        said=[Said(**each) for each in row.said],
        because=row.because,
        decided_at=_moment(row.decided_at),
    )


def complaint_to_decide(row: ComplaintRow) -> ComplaintToDecide:
    return ComplaintToDecide(**_complaint(row), said=len(row.said))


def _complaint(row: ComplaintRow) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "complaint_id": row.row.removeprefix("complaint#"),
        "kind": row.kind,
        "text": row.text,
        "opened_at": clock.rfc3339(row.opened_at),
        "answer_due_at": clock.rfc3339(row.answer_due_at),
    }


def _moment(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None


def refunded_since(buyer_id: str, moment: datetime) -> set[str]:
    """Which orders placed since then had money sent back. One query or more."""
    return {row.order_id for row in OrderRow.by_buyer.query(buyer_id, OrderRow.placed_at >= moment) if row.refunded}


def _card(header: OrderRow) -> dict[str, Any]:
    return {
        "order_id": header.order_id,
        "status": status.of(header),
        "placed_at": clock.rfc3339(header.placed_at),
        "currency": header.currency,
        "total": header.total,
        "written_total": written(header.currency, header.total),
        "coupon": header.coupon,
        "discount": header.discount,
        "gift": bool(header.gift),
        "works": [OrderedWork(**work) for work in header.works],
        "bundles": [OrderedBundle(**bundle) for bundle in header.bundles or []],
    }


def _payment(row: PaymentRow) -> PaymentView:
    return PaymentView(
        kind=row.kind,
        amount=row.amount,
        currency=row.currency,
        method=row.method,
        received_at=clock.rfc3339(row.received_at),
        refunded=row.refunded,
    )
