"""Placing an order: it is recorded on terms that the server sets, then a page is opened to pay it on."""

from datetime import timedelta

import msgspec

from chalicelib.audit import trail
from chalicelib.core import actors, clock, settings
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Unprocessable
from chalicelib.core.idempotency import Once
from chalicelib.core.logs import count, logger
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import (
    bundling,
    collection,
    discounting,
    fulfilment,
    history,
    refund_policy,
    status,
    taxing,
    terms,
)
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import PAYMENT, LineRow, OrderRow
from chalicelib.orders.shapes import NewOrder, OrderView
from chalicelib.payments import gateway
from chalicelib.payments.objects import OPEN, Checkout, Session
from chalicelib.payments.wire import ProviderDeclined, ProviderUnavailable

METHODS = ("card", "alipay", "wechat_pay")
OPEN_FOR = timedelta(minutes=45)
"""Between the 30 minutes that Stripe asks for at least and the hour that we keep a price for."""

ACTOR = actors.system("checkout")

CLOCKS_DIFFER = 300
"""Seconds that the provider's clock may be behind ours, when we look for what we asked it."""


class CheckoutDeclined(Unprocessable):
    """The payment provider will not take this order."""

    en = "The payment service does not take this order: try another currency."
    zh = "支付服务不接受该订单：请尝试其他币种。"


def place_order(buyer: Actor, wanted: NewOrder, once: Once) -> OrderView:
    """Record the order, then ask for the money: a crash between leaves a pending order nobody paid, never a payment
    without an order.

    Raises what ``terms.freeze`` and ``taxing.freeze`` raise, CouponNotValid, AlreadyClaimed, CheckoutDeclined,
    ProviderUnavailable.
    """
    order = collection.read(once.subject) if once.resumed else _record(buyer, wanted, once)
    if order.header.total == 0:
        return _answer(fulfilment.give(order), once)
    if once.resumed and _was_declined(order):
        once.release()
        raise CheckoutDeclined(field="currency")
    if once.resumed and (order.header.session_id or not status.is_payable(order.header)):
        return _answer(order, once)
    try:
        session = _reopen(order) if once.resumed else gateway.open_checkout(_checkout(order))
    except ProviderUnavailable:
        once.release()
        raise
    except ProviderDeclined as error:
        once.release()
        _give_up(order, error)
        raise CheckoutDeclined(field="currency") from error
    return _attach(order, session, once)


def _record(buyer: Actor, wanted: NewOrder, once: Once) -> Order:
    lines, coupon = terms.freeze(once.subject, buyer.party_id, wanted)
    header = _header(buyer, wanted, lines, once.subject)
    header.tax_calculation = taxing.freeze(lines, wanted)
    if coupon:
        header.coupon, header.coupon_held = coupon.code, True
    with all_or_nothing() as tx:
        once.claim(tx)
        tx.insert(header)
        for line in lines:
            tx.insert(line)
        discounting.take(tx, coupon, header.buyer_id)
        trail.write(tx, buyer, "order.placed", header.order_id, works=[line.work_id for line in lines])
    count("OrdersPlaced")
    return Order(header, lines, [], [], [], [], [])


def _header(buyer: Actor, wanted: NewOrder, lines: list[LineRow], order_id: str) -> OrderRow:
    now = clock.now()
    first = [wanted.method] if wanted.method else []
    return OrderRow(
        order_id,
        buyer_id=buyer.party_id,
        placed_at=now,
        currency=wanted.currency,
        total=sum(line.price for line in lines),
        discount=sum(line.discount for line in lines),
        gift=wanted.gift or None,
        works=[shown(line) for line in lines],
        bundles=bundling.shown(lines),
        methods=list(dict.fromkeys([*first, *METHODS])),
        refund_policy=terms.REFUND_POLICY,
        closes_at=now + OPEN_FOR,
        unfinished=PAYMENT,
        due_at=now + OPEN_FOR,
    )


def shown(line: LineRow) -> dict[str, object]:
    """What lists show of a line."""
    card = {name: line.card[name] for name in ("title", "kind", "subjects")}
    card |= {"bundle_id": line.bundle["bundle_id"]} if line.bundle else {}
    amounts = {"price": line.price, "discount": line.discount}
    return {"work_id": line.work_id, "version": line.work_version, **amounts, **card}


def _checkout(order: Order) -> Checkout:
    header = order.header
    return Checkout(
        order_id=header.order_id,
        attempt=header.attempt,
        currency=header.currency,
        items=tuple(item for item in bundling.items(order.lines) if item.amount),
        methods=tuple(header.methods),
        expires_at=int(header.closes_at.timestamp()),
        return_url=f"{settings.value('PUBLIC_URL')}/orders/{header.order_id}",
        note=refund_policy.in_words(header.refund_policy),
    )


def _reopen(order: Order) -> Session:
    """An earlier try broke off, and nobody knows how far it came: look first. A new attempt is noted before it is made,
    for a stored answer, an error too, would come again under the old one."""
    since = int(order.header.placed_at.timestamp()) - CLOCKS_DIFFER
    found = gateway.find_checkout(order.order_id, since)
    if found and found.status == OPEN:
        return found
    closes_at = clock.now() + OPEN_FOR
    with all_or_nothing() as tx:
        attempt = order.header.attempt + 1
        collection.change(tx, order.header, attempt=attempt, closes_at=closes_at, due_at=closes_at)
        trail.write(tx, ACTOR, "order.asked_again", order.order_id, attempt=attempt)
    return gateway.open_checkout(_checkout(order))


def _attach(order: Order, session: Session, once: Once) -> OrderView:
    """Note where the order is paid. Where it moved meanwhile, what it became is the answer."""
    _must_fit(order, session)
    facts = {"session_id": session.id, "session_url": session.url, "offered": list(session.offered)}
    try:
        with all_or_nothing() as tx:
            collection.change(tx, order.header, **facts, awaiting_at=clock.now())
            trail.write(tx, ACTOR, "order.offered", order.order_id, session=session.id)
            view = history.view(order)
            once.settle(tx, 201, msgspec.json.encode(view), location(order.order_id))
        return view
    except Moved:
        return _overtaken(collection.read(order.order_id), session, once)


def _overtaken(order: Order, session: Session, once: Once) -> OrderView:
    """The buyer canceled, a webhook was faster than Stripe's answer to us, or who took over opened another page."""
    if order.header.session_id is None and status.is_payable(order.header):
        return _attach(order, session, once)
    if order.header.canceled_at or order.header.session_id != session.id:
        gateway.close_checkout(session.id)
    return _answer(order, once)


def _answer(order: Order, once: Once) -> OrderView:
    """The order as it stands, kept for whoever asks again."""
    view = history.view(order)
    with all_or_nothing() as tx:
        once.settle(tx, 201, msgspec.json.encode(view), location(order.order_id))
    return view


def _must_fit(order: Order, session: Session) -> None:
    """What the page asks for is what we asked for; what it offers may be less, for Stripe drops methods silently."""
    if (session.amount, session.currency) != (order.header.total, order.header.currency):
        gateway.close_checkout(session.id)
        raise RuntimeError(f"session {session.id} asks for {session.amount} {session.currency}")
    missing, strange = set(order.header.methods) - set(session.offered), set(session.offered) - set(METHODS)
    if missing or strange:
        logger().warning("methods differ", order_id=order.order_id, missing=sorted(missing), strange=sorted(strange))


def _was_declined(order: Order) -> bool:
    return order.header.failed_at is not None and order.header.session_id is None


def _give_up(order: Order, error: ProviderDeclined) -> None:
    logger().error("checkout declined", order_id=order.order_id, code=error.code, param=error.param)
    with all_or_nothing() as tx:
        over = {"failed_at": clock.now(), **discounting.give_back(tx, order.header)}
        collection.change(tx, order.header, **over, unfinished=None, due_at=None)
        trail.write(tx, ACTOR, "order.failed", order.order_id, reason=error.code)


def location(order_id: str) -> str:
    return f"/v1/me/orders/{order_id}"
