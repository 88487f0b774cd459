"""What banks ask, and what they are told, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, accepted, ok, route
from chalicelib.orders import (
    contesting,
)
from chalicelib.orders.asking import OwnRequest
from chalicelib.orders.contesting import AlreadyAnswered
from chalicelib.orders.shapes import (
    DisputeView,
    NewEvidence,
    OrdersQuery,
)

routes = Blueprint(__name__)


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
