"""Money of orders in suspense, over HTTP, for admins."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.ledger.proposals import AuthorUnknown, OwnProposal, ProposalWaits
from chalicelib.ledger.shapes import ProposalDecision
from chalicelib.orders import (
    placing,
)
from chalicelib.orders.asking import AlreadyDecided, OwnRequest
from chalicelib.orders.placing import MayGoBack, NothingToPlace
from chalicelib.orders.shapes import (
    NewPlacement,
    OrdersQuery,
    PlacementView,
    SuspenseView,
)

routes = Blueprint(__name__)


@route(
    routes,
    "GET",
    "/v1/orders/{order_id}/suspense",
    who=Who.ADMIN,
    answers={200: list[SuspenseView]},
    refuses=(NotFound,),
)
def read_suspense(order_id: str) -> Answer:
    """What of an order is in suspense, by payment, and what was proposed of it."""
    return ok(placing.of(order_id))


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/placements",
    who=Who.ADMIN,
    body=NewPlacement,
    answers={201: PlacementView},
    refuses=(NotFound, OwnRequest, NothingToPlace, MayGoBack, ProposalWaits, OwnProposal, AuthorUnknown),
)
def propose_order_placement(actor: Actor, order_id: str, body: NewPlacement) -> Answer:
    """Say where money belongs that is in suspense and cannot leave it by itself. A second admin decides."""
    return created(placing.propose(actor, order_id, body), f"/v1/orders/{order_id}/suspense")


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/placements/{placement_id}/decisions",
    who=Who.ADMIN,
    body=ProposalDecision,
    answers={200: PlacementView},
    refuses=(NotFound, OwnRequest, AlreadyDecided, OwnProposal, NothingToPlace, MayGoBack),
)
def decide_order_placement(actor: Actor, order_id: str, placement_id: str, body: ProposalDecision) -> Answer:
    """Approve what another admin proposed, or reject it. Approved, the amount is out of suspense."""
    return ok(placing.decide(actor, order_id, placement_id, body))


@route(
    routes,
    "GET",
    "/v1/placements",
    who=Who.ADMIN,
    query=OrdersQuery,
    answers={200: Page[PlacementView]},
    refuses=(BadCursor,),
)
def read_placements(actor: Actor, query: OrdersQuery) -> Answer:
    """What was proposed of money in suspense and waits for a second admin, the oldest first."""
    return ok(placing.waiting(actor, query))
