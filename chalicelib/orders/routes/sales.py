"""What was sold, to who sold it, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, ok, route
from chalicelib.orders import (
    selling,
)
from chalicelib.orders.shapes import (
    OrdersQuery,
    SaleCard,
    SaleView,
)

routes = Blueprint(__name__)


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
