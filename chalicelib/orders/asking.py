"""Asking for money back: the rules that the buyer saw decide, or a person does; never both, and never twice."""

from typing import Any

import msgspec

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, Forbidden, NotFound, Unprocessable
from chalicelib.core.idempotency import Once
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction, decided
from chalicelib.core.validation import FieldInvalid
from chalicelib.orders import collection, consuming, contested, counting, history, refund_policy, refunding
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.contested import OrderDisputed
from chalicelib.orders.models import DECISION, BuyerRow, LineRow, PaymentRow, RequestRow
from chalicelib.orders.refund_policy import POLICIES, Asked
from chalicelib.orders.shapes import Decision, NewRefundRequest, OrdersQuery, RequestToDecide, RequestView

MOST_ASKED = 20
"""Requests of one order, whatever became of them: each keeps its authors waiting, and admins busy."""


class NothingToRefund(Conflict):
    """The order was not paid for, or all of it that was named has gone back or is on its way."""

    en = "There is nothing to refund: it was free, is not paid, or went back already."
    zh = "没有可退款项：该内容免费、尚未支付或已退款。"


class AlreadyAsked(Conflict):
    """Somebody decides of this work already."""

    en = "You asked for money back for this already: wait until somebody has decided."
    zh = "您已就此申请退款：请等待处理结果。"


class AskedTooOften(Conflict):
    """Of an order money is asked back so often, and no more."""

    en = "You asked for money back for this order {times} times: write to us instead."
    zh = "您已就该订单申请退款 {times} 次：请直接联系我们。"


class MethodClosed(Conflict):
    """The method cannot send money back so late."""

    en = "A payment by {method} can be sent back within {days} days: write to us for another way."
    zh = "{method} 付款须在 {days} 天内退回：请联系我们寻求其他方式。"


class AmountTooHigh(Unprocessable):
    """More than is left of the line."""

    en = "At most {left} is left to refund of this work."
    zh = "该作品最多还可退款 {left}。"


class OwnRequest(Forbidden):
    """Who buys, or sells, does not decide."""

    en = "You bought or sold this: somebody else decides."
    zh = "您是买方或作者：须由他人决定。"


class AlreadyDecided(Conflict):
    """Nobody can decide it any more, or this admin has approved already."""

    en = "This request is decided, or you have approved it and a second person must."
    zh = "该申请已有决定，或您已批准、须由第二人批准。"


def ask(buyer: Actor, order_id: str, wanted: NewRefundRequest, once: Once) -> RequestView:
    """Reserve, decide by the rules, and send the money on its way, all in one transaction.

    Raises NotFound, NothingToRefund, AlreadyAsked, AskedTooOften, OrderDisputed, MethodClosed, AmountTooHigh,
    FieldInvalid, AlreadyClaimed.
    """

    def decide(tx: Transaction) -> RequestView:
        order = history.one_of_mine(buyer, order_id)
        payment = order.purchase
        if payment is None:
            raise NothingToRefund
        if contested.is_frozen(order):
            raise OrderDisputed
        must_be_open(payment)
        parts = _parts(order, wanted)
        _must_be_new(order, parts)
        counted = counting.read(order)
        request = _request(order, payment, parts, wanted, once.subject, counting.others(order, counted))
        shown = history.request_view(request, order.lines)
        once.claim(tx, (201, msgspec.json.encode(shown), location(order_id, once.subject)))
        refunding.reserve(tx, order, payment, parts)
        tx.insert(request, Moved())
        trail.write(tx, buyer, "refund.requested", order_id, request=once.subject, reasons=request.reasons)
        if request.approved_at:
            _send(tx, order, once.subject, counted)
        return shown

    return decided(decide, Moved)


def location(order_id: str, request_id: str) -> str:
    return f"/v1/me/orders/{order_id}#{request_id}"


def must_be_open(payment: PaymentRow) -> None:
    """Raises MethodClosed."""
    closes = refund_policy.closes_at(payment.method, payment.received_at)
    if closes and clock.now() >= closes:
        raise MethodClosed(method=payment.method, days=refund_policy.METHOD_DAYS[str(payment.method)])


def _parts(order: Order, wanted: NewRefundRequest) -> dict[str, int]:
    """How much of which line: what was named, or all that is left."""
    lines = {line.work_id: line for line in order.lines}
    if wanted.works is None:
        parts = {line.row: line.price - line.reserved for line in order.lines}
    else:
        parts = {}
        for number, work in enumerate(wanted.works):
            if work.work_id not in lines or lines[work.work_id].row in parts:
                raise FieldInvalid(f"works[{number}]", "is not of this order, or named twice", "不属于该订单或重复")
            parts[lines[work.work_id].row] = part_of(lines[work.work_id], work.amount)
    found = {row: part for row, part in parts.items() if part}
    if not found:
        raise NothingToRefund
    return found


def _must_be_new(order: Order, parts: dict[str, int]) -> None:
    """Raises AlreadyAsked, AskedTooOften."""
    if any(request.unfinished == DECISION and request.parts.keys() & parts.keys() for request in order.requests):
        raise AlreadyAsked
    if len(order.requests) >= MOST_ASKED:
        raise AskedTooOften(times=MOST_ASKED)


def part_of(line: LineRow, amount: int | None) -> int:
    """How much of a line goes back where so much is asked for: no more than is left of it. Raises AmountTooHigh."""
    left = int(line.price - line.reserved)
    if amount is not None and amount > left > 0:
        raise AmountTooHigh(field="works", left=written(line.currency, left))
    return left if amount is None else min(amount, left)


def _request(
    order: Order, payment: PaymentRow, parts: dict[str, int], wanted: NewRefundRequest, request_id: str, earlier: int
) -> RequestRow:
    now, policy = clock.now(), POLICIES[order.header.refund_policy]
    left = {line.row: line.price - line.reserved - parts.get(line.row, 0) for line in order.lines}
    asked = Asked(
        paid_at=payment.received_at,
        consumed=_consumed(order, parts),
        earlier=earlier,
        splits_work=any(left[row] for row in parts),
        splits_bundle=_splits_bundle(order, parts, left),
    )
    reasons = list(refund_policy.reasons(policy, asked, now))
    facts = refunding.approved(at_once=not reasons)
    return refunding.asked(order, payment, request_id, parts, reasons, text=wanted.text, **facts)


def _splits_bundle(order: Order, parts: dict[str, int], left: dict[str, int]) -> bool:
    bundles = {line.bundle["bundle_id"] for line in order.lines if line.bundle and line.row in parts}
    others = [line for line in order.lines if line.bundle and line.bundle["bundle_id"] in bundles]
    return any(left[line.row] for line in others if line.row not in parts)


def _consumed(order: Order, parts: dict[str, int]) -> list[float]:
    works, passed = [line for line in order.works if line.row in parts], order.passed
    used = [each.share for each in consuming.of_works(order.holder_id, works)] if order.holder_id else []
    return used + ([consuming.of_pass(order, passed)] if passed and passed.row in parts else [])


def waiting(admin: Actor, query: OrdersQuery) -> Page[RequestToDecide]:
    """The requests that wait for somebody to decide, oldest first. One query. Raises BadCursor."""
    return history.waiting(admin, query, DECISION, "refund-requests", history.to_decide)


def decide(admin: Actor, order_id: str, request_id: str, decision: Decision) -> RequestView:
    """Raises NotFound, OwnRequest, AlreadyDecided, OrderDisputed."""

    def settle(tx: Transaction) -> RequestView:
        order = collection.read(order_id)
        request = order.request(request_id)
        if request is None:
            raise NotFound
        must_be_neither_side(admin, order)
        approvals = list(request.approvals or [])
        if request.unfinished != DECISION or admin.party_id in approvals:
            raise AlreadyDecided
        if decision.approve and contested.is_frozen(order):
            raise OrderDisputed
        if decision.approve:
            collection.guard(tx, order)
            _approve(tx, order, request, [*approvals, admin.party_id])
        else:
            facts = {"rejected_at": clock.now(), "rejected_because": decision.because}
            refunding.release(tx, order, request, **facts)
            _tell(tx, order, request, decision.because or "")
        what = "refund.approved" if decision.approve else "refund.rejected"
        trail.write(tx, admin, what, order_id, request=request_id)
        return history.request_view(request, order.lines)

    return decided(settle, Moved)


def must_be_neither_side(admin: Actor, order: Order) -> None:
    """Raises OwnRequest."""
    if admin.party_id in {order.header.buyer_id, order.holder_id, *sellers_of(order)}:
        raise OwnRequest


def sellers_of(order: Order) -> set[str]:
    return {author for line in order.lines for author in line.shares}


def approvals_needed(order: Order, amount: int) -> int:
    """How many people must let so much go: two from a sum on, of which all is part that people let go of this order."""
    let_go = [each.amount for each in order.requests if each.approvals and each.approved_at and not each.failed_at]
    return 2 if sum(let_go) + amount >= POLICIES[order.header.refund_policy].second_approval_from else 1


def _approve(tx: Transaction, order: Order, request: RequestRow, approvals: list[str]) -> None:
    facts: dict[str, Any] = {"approvals": approvals}
    if len(approvals) >= approvals_needed(order, request.amount):
        facts |= {"approved_at": clock.now(), "unfinished": None, "due_at": None}
        _send(tx, order, request.row.removeprefix("request#"), counting.read(order))
    collection.change(tx, request, **facts)


def _send(tx: Transaction, order: Order, request_id: str, counted: BuyerRow) -> None:
    counting.count(tx, order, counted)
    refunding.submit(tx, order.order_id, request_id)


def _tell(tx: Transaction, order: Order, request: RequestRow, because: str) -> None:
    facts = {"order_id": order.order_id, "amount": written(request.currency, request.amount)}
    mailing.send(tx, "refund_rejected", order.header.buyer_id, because=because, **facts)
