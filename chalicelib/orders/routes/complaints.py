"""Complaints over HTTP: for buyers, sellers, and who decides."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.orders import (
    complaining,
)
from chalicelib.orders.asking import AlreadyDecided, AmountTooHigh, MethodClosed, NothingToRefund, OwnRequest
from chalicelib.orders.complaining import AlreadyComplained, ComplaintClosed, NothingToComplainOf
from chalicelib.orders.contested import OrderDisputed
from chalicelib.orders.shapes import (
    ComplaintToDecide,
    ComplaintView,
    NewComplaint,
    NewReply,
    OrdersQuery,
    Ruling,
)

routes = Blueprint(__name__)


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
