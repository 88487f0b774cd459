"""Passes that a card renews, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.orders import (
    subscribing,
    subscriptions,
    unsubscribing,
)
from chalicelib.orders.checkout import CheckoutDeclined
from chalicelib.orders.passing import OwnPass, PassNotForSale
from chalicelib.orders.shapes import (
    NewSubscription,
    OrdersQuery,
    SubscriptionView,
)
from chalicelib.orders.subscribing import AlreadySubscribed
from chalicelib.payments.wire import ProviderUnavailable

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/subscriptions",
    who=Who.READER,
    body=NewSubscription,
    answers={201: SubscriptionView},
    refuses=(PassNotForSale, OwnPass, AlreadySubscribed, CheckoutDeclined, ProviderUnavailable),
    once=True,
    limit=Limit(60, 900),
)
def subscribe(actor: Actor, body: NewSubscription, once: Once) -> Answer:
    """Let my card renew a pass until I cancel: the answer says where to pay the first time."""
    begun = subscribing.subscribe(actor, body, once)
    return created(begun, subscribing.location(begun.subscription_id))


@route(
    routes,
    "GET",
    "/v1/me/subscriptions",
    who=Who.READER,
    query=OrdersQuery,
    answers={200: Page[SubscriptionView]},
    refuses=(BadCursor,),
)
def read_subscriptions(actor: Actor, query: OrdersQuery) -> Answer:
    """My subscriptions, newest first."""
    return ok(subscriptions.mine(actor, query))


@route(
    routes,
    "GET",
    "/v1/me/subscriptions/{subscription_id}",
    who=Who.READER,
    answers={200: SubscriptionView},
    refuses=(NotFound,),
)
def read_subscription(actor: Actor, subscription_id: str) -> Answer:
    """One of my subscriptions."""
    return ok(subscriptions.view(subscriptions.read(actor.party_id, subscription_id)))


@route(
    routes,
    "POST",
    "/v1/subscriptions/{subscription_id}/cancellation",
    who=Who.READER,
    answers={200: SubscriptionView},
    refuses=(NotFound, ProviderUnavailable),
    limit=Limit(60, 900),
)
def cancel_subscription(actor: Actor, subscription_id: str) -> Answer:
    """Let my subscription end with what is paid. Canceling it again changes nothing."""
    return ok(unsubscribing.cancel(actor, subscription_id))
