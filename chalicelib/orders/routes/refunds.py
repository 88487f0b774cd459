"""Money back, asked for and decided, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.orders import (
    asking,
    refund_policy,
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
from chalicelib.orders.contested import OrderDisputed
from chalicelib.orders.shapes import (
    Decision,
    NewRefundRequest,
    OrdersQuery,
    PolicyView,
    RequestToDecide,
    RequestView,
)

routes = Blueprint(__name__)


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
    "POST",
    "/v1/orders/{order_id}/refund-requests",
    who=Who.READER,
    body=NewRefundRequest,
    answers={201: RequestView},
    refuses=(NotFound, NothingToRefund, AlreadyAsked, AskedTooOften, OrderDisputed, MethodClosed, AmountTooHigh),
    once=True,
    limit=Limit(60, 900),
)
def ask_for_refund(actor: Actor, order_id: str, body: NewRefundRequest, once: Once) -> Answer:
    """Ask for money back. By the order's rules it is sent at once, or somebody decides; the answer says why."""
    request = asking.ask(actor, order_id, body, once)
    return created(request, asking.location(order_id, request.request_id))


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
