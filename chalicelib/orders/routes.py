"""Orders over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound, Refusal, TooMany
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, accepted, created, ok, route
from chalicelib.orders import (
    asking,
    cancellation,
    checkout,
    complaining,
    contesting,
    gifting,
    history,
    quoting,
    refund_policy,
    selling,
    subscribing,
    subscriptions,
    unsubscribing,
)
from chalicelib.orders.asking import (
    AlreadyAsked,
    AlreadyDecided,
    AmountTooHigh,
    AskedTooOften,
    MethodClosed,
    NothingToRefund,
    OwnRequest,
)
from chalicelib.orders.bundling import BundleNotForSale
from chalicelib.orders.cancellation import TooLateToCancel
from chalicelib.orders.checkout import CheckoutDeclined
from chalicelib.orders.complaining import AlreadyComplained, ComplaintClosed, NothingToComplainOf
from chalicelib.orders.contested import OrderDisputed
from chalicelib.orders.contesting import AlreadyAnswered
from chalicelib.orders.discounting import CouponNotValid
from chalicelib.orders.gifting import GiftClaimed, GiftClosed, NoGift
from chalicelib.orders.passing import OwnPass, PassNotForSale
from chalicelib.orders.shapes import (
    ComplaintToDecide,
    ComplaintView,
    Decision,
    DisputeView,
    GiftClaim,
    GiftLink,
    GiftView,
    NewComplaint,
    NewEvidence,
    NewOrder,
    NewRefundRequest,
    NewReply,
    NewSubscription,
    OrderCard,
    OrdersQuery,
    OrderView,
    PolicyView,
    QuoteView,
    RequestToDecide,
    RequestView,
    Ruling,
    SaleCard,
    SaleView,
    SubscriptionView,
)
from chalicelib.orders.subscribing import AlreadySubscribed
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
    refuses=(*CART, CheckoutDeclined, ProviderUnavailable),
    once=True,
    limit=Limit(60, 900),
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


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/gift-links",
    who=Who.READER,
    answers={201: GiftLink},
    refuses=(NotFound, NoGift, GiftClaimed),
    limit=Limit(60, 900),
)
def offer_gift(actor: Actor, order_id: str) -> Answer:
    """The link by which one person can claim a gift that I paid. A new one voids the one before."""
    return created(gifting.issue(actor, order_id), checkout.location(order_id))


@route(
    routes,
    "POST",
    "/v1/gift-claims",
    who=Who.READER,
    body=GiftClaim,
    answers={201: GiftView},
    refuses=(NotFound, GiftClaimed, GiftClosed, AlreadyOwned, OwnWork, OwnPass),
    limit=Limit(60, 900),
)
def claim_gift(actor: Actor, body: GiftClaim) -> Answer:
    """Claim a gift by its link: what is in it is mine from then on. Claiming it again changes nothing."""
    return created(gifting.claim(actor, body), "/v1/me/library")


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/refund-requests",
    who=Who.READER,
    body=NewRefundRequest,
    answers={201: RequestView},
    refuses=(
        NotFound,
        NothingToRefund,
        AlreadyAsked,
        AskedTooOften,
        OrderDisputed,
        MethodClosed,
        AmountTooHigh,
    ),
    once=True,
    limit=Limit(60, 900),
)
def ask_for_refund(actor: Actor, order_id: str, body: NewRefundRequest, once: Once) -> Answer:
    """Ask for money back. By the order's rules it is sent at once, or somebody decides; the answer says why."""
    request = asking.ask(actor, order_id, body, once)
    return created(request, asking.location(order_id, request.request_id))


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


@route(
    routes,
    "GET",
    "/v1/me/sales",
    who=Who.AUTHOR,
    query=OrdersQuery,
    answers={200: Page[SaleCard]},
    refuses=(BadCursor,),
)
def read_my_sales(actor: Actor, query: OrdersQuery) -> Answer:
    """What was sold of mine, newest first."""
    return ok(selling.mine(actor, query))


@route(routes, "GET", "/v1/me/sales/{order_id}", who=Who.AUTHOR, answers={200: SaleView}, refuses=(NotFound,))
def read_my_sale(actor: Actor, order_id: str) -> Answer:
    """How a sale was split, what went back of it, and what I have of it."""
    return ok(selling.one_of_mine(actor, order_id))


@route(
    routes,
    "GET",
    "/v1/refund-policies/{version}",
    who=Who.ANYONE,
    answers={200: PolicyView},
    refuses=(NotFound,),
    public_seconds=3600,
)
def read_refund_policy(version: str) -> Answer:
    """The rules of refunds that an order is placed under; they are never changed."""
    return ok(refund_policy.view(version))


@route(
    routes,
    "GET",
    "/v1/refund-requests",
    who=Who.ADMIN,
    query=OrdersQuery,
    answers={200: Page[RequestToDecide]},
    refuses=(BadCursor,),
)
def read_refund_requests(actor: Actor, query: OrdersQuery) -> Answer:
    """The requests that wait for somebody to decide, oldest first."""
    return ok(asking.waiting(actor, query))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/refund-requests/{request_id}/decisions",
    who=Who.ADMIN,
    body=Decision,
    answers={200: RequestView},
    refuses=(NotFound, OwnRequest, AlreadyDecided, OrderDisputed),
)
def decide_refund(actor: Actor, order_id: str, request_id: str, body: Decision) -> Answer:
    """Approve a request, or reject it and say why. Large ones need two who approve."""
    return ok(asking.decide(actor, order_id, request_id, body))


@route(
    routes,
    "GET",
    "/v1/disputes",
    who=Who.ADMIN,
    query=OrdersQuery,
    answers={200: Page[DisputeView]},
    refuses=(BadCursor,),
)
def read_disputes(actor: Actor, query: OrdersQuery) -> Answer:
    """The disputes that a bank has not decided, by when it must have our answer."""
    return ok(contesting.waiting(actor, query))


@route(
    routes,
    "GET",
    "/v1/orders/{order_id}/disputes/{dispute_id}",
    who=Who.ADMIN,
    answers={200: DisputeView},
    refuses=(NotFound,),
)
def read_dispute(actor: Actor, order_id: str, dispute_id: str) -> Answer:
    """A dispute, as last seen."""
    return ok(contesting.one(order_id, dispute_id))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/disputes/{dispute_id}/evidence",
    who=Who.ADMIN,
    body=NewEvidence,
    answers={202: DisputeView},
    refuses=(NotFound, OwnRequest, AlreadyAnswered),
)
def answer_dispute(actor: Actor, order_id: str, dispute_id: str, body: NewEvidence) -> Answer:
    """Answer the bank, once. What we know of the sale is handed in with it."""
    return accepted(contesting.answer(actor, order_id, dispute_id, body))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/disputes/{dispute_id}/acceptance",
    who=Who.ADMIN,
    answers={202: DisputeView},
    refuses=(NotFound, OwnRequest, AlreadyAnswered),
)
def accept_dispute(actor: Actor, order_id: str, dispute_id: str) -> Answer:
    """Give in: the buyer keeps the money, and loses what was bought."""
    return accepted(contesting.give_in(actor, order_id, dispute_id))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/complaints",
    who=Who.READER,
    body=NewComplaint,
    answers={201: ComplaintView},
    refuses=(NotFound, NothingToComplainOf, AlreadyComplained, OrderDisputed),
    once=True,
    limit=Limit(20, 86400),
)
def complain(actor: Actor, order_id: str, body: NewComplaint, once: Once) -> Answer:
    """Complain about what I bought, also where the rules of refunds do not help. Sellers answer, somebody decides."""
    shown = complaining.complain(actor, order_id, body, once)
    return created(shown, complaining.location(order_id, shown.complaint_id))


@route(
    routes,
    "GET",
    "/v1/orders/{order_id}/complaints/{complaint_id}",
    who=Who.READER,
    answers={200: ComplaintView},
    refuses=(NotFound,),
)
def read_complaint(actor: Actor, order_id: str, complaint_id: str) -> Answer:
    """A complaint of mine, or about what I sell, with what was said of it."""
    return ok(complaining.one(actor, order_id, complaint_id))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/complaints/{complaint_id}/replies",
    who=Who.READER,
    body=NewReply,
    answers={200: ComplaintView},
    refuses=(NotFound, ComplaintClosed),
    limit=Limit(60, 900),
)
def reply_to_complaint(actor: Actor, order_id: str, complaint_id: str, body: NewReply) -> Answer:
    """Say something to a complaint, as its buyer or a seller. The same again is said once."""
    return ok(complaining.say(actor, order_id, complaint_id, body))


@route(
    routes,
    "GET",
    "/v1/complaints",
    who=Who.ADMIN,
    query=OrdersQuery,
    answers={200: Page[ComplaintToDecide]},
    refuses=(BadCursor,),
)
def read_complaints(actor: Actor, query: OrdersQuery) -> Answer:
    """The complaints that wait for somebody to decide, oldest first."""
    return ok(complaining.waiting(actor, query))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/complaints/{complaint_id}/ruling",
    who=Who.ADMIN,
    body=Ruling,
    answers={200: ComplaintView},
    refuses=(NotFound, OwnRequest, AlreadyDecided, OrderDisputed, NothingToRefund, MethodClosed, AmountTooHigh),
)
def rule_on_complaint(actor: Actor, order_id: str, complaint_id: str, body: Ruling) -> Answer:
    """Uphold a complaint, which sends money back, or dismiss it."""
    return ok(complaining.rule(actor, order_id, complaint_id, body))
