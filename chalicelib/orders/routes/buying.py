"""Ordering, paying, and looking at orders, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound, Refusal, TooMany
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.orders import (
    cancellation,
    checkout,
    history,
    quoting,
)
from chalicelib.orders.bundling import BundleNotForSale
from chalicelib.orders.cancellation import TooLateToCancel
from chalicelib.orders.checkout import CheckoutDeclined
from chalicelib.orders.discounting import CouponNotValid
from chalicelib.orders.passing import OwnPass, PassNotForSale
from chalicelib.orders.shapes import (
    NewOrder,
    OrderCard,
    OrdersQuery,
    OrderView,
    QuoteView,
)
from chalicelib.orders.taxing import BillingAddressMissing, BillingAddressUnknown
from chalicelib.orders.terms import (
    AlreadyOwned,
    CartTooLarge,
    NoPriceInCurrency,
    OwnWork,
    TotalTooHigh,
    TotalTooLow,
    WorkNotForSale,
)
from chalicelib.payments.wire import ProviderUnavailable

routes = Blueprint(__name__)

CART: tuple[type[Refusal], ...] = (
    WorkNotForSale,
    NoPriceInCurrency,
    AlreadyOwned,
    OwnWork,
    CartTooLarge,
    TotalTooHigh,
    TotalTooLow,
    BundleNotForSale,
    PassNotForSale,
    OwnPass,
    CouponNotValid,
    TooMany,
)
"""What may be said of the things in a cart, and of its coupon."""


@route(
    routes,
    "POST",
    "/v1/orders",
    who=Who.READER,
    body=NewOrder,
    answers={201: OrderView},
    refuses=(*CART, BillingAddressMissing, BillingAddressUnknown, CheckoutDeclined, ProviderUnavailable),
    limit=Limit(60, 900),
    once=True,
)
def place_order(actor: Actor, body: NewOrder, once: Once) -> Answer:
    """Order works, bundles and a pass: the answer says where to pay. What is free is mine at once."""
    order = checkout.place_order(actor, body, once)
    return created(order, checkout.location(order.order_id))


@route(
    routes,
    "POST",
    "/v1/quotes",
    who=Who.READER,
    body=NewOrder,
    answers={200: QuoteView},
    refuses=CART,
    limit=Limit(60, 900),
)
def quote(actor: Actor, body: NewOrder) -> Answer:
    """What an order would cost now, with its coupon. Nothing is ordered."""
    return ok(quoting.quote(actor, body))


@route(
    routes,
    "GET",
    "/v1/me/orders",
    who=Who.READER,
    query=OrdersQuery,
    answers={200: Page[OrderCard]},
    refuses=(BadCursor,),
)
def read_orders(actor: Actor, query: OrdersQuery) -> Answer:
    """My orders, newest first."""
    return ok(history.mine(actor, query))


@route(routes, "GET", "/v1/me/orders/{order_id}", who=Who.READER, answers={200: OrderView}, refuses=(NotFound,))
def read_order(actor: Actor, order_id: str) -> Answer:
    """One of my orders, with its timeline."""
    return ok(history.view(history.one_of_mine(actor, order_id)))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/cancellation",
    who=Who.READER,
    answers={200: OrderView},
    refuses=(NotFound, TooLateToCancel, ProviderUnavailable),
    limit=Limit(60, 900),
)
def cancel_order(actor: Actor, order_id: str) -> Answer:
    """Cancel an order that is not paid. Canceling it again changes nothing."""
    return ok(cancellation.cancel(actor, order_id))
