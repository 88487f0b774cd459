"""All of an author for some days, over HTTP."""

from chalice import Blueprint

from chalicelib.catalog import passes
from chalicelib.catalog.routes.answering import MINUTE
from chalicelib.catalog.shapes import (
    ListQuery,
    NewPass,
    PassCard,
    Reason,
)
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, created, no_content, ok, route

routes = Blueprint(__name__)


@route(routes, "POST", "/v1/passes", who=Who.AUTHOR, body=NewPass, answers={201: PassCard})
def create_pass(actor: Actor, body: NewPass) -> Answer:
    """Sell so many days of all that I publish alone, now or by then."""
    made = passes.create(actor, body)
    return created(made, f"/v1/authors/{made.author_id}/passes")


@route(routes, "POST", "/v1/passes/{pass_id}/withdrawals", who=Who.AUTHOR, answers={204: None}, refuses=(NotFound,))
def withdraw_pass(actor: Actor, pass_id: str) -> Answer:
    """Take my pass off sale, for good. Who bought it keeps its days."""
    passes.withdraw(actor, pass_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/passes/{pass_id}/takedowns",
    who=Who.ADMIN,
    body=Reason,
    answers={204: None},
    refuses=(NotFound,),
)
def take_down_pass(actor: Actor, pass_id: str, body: Reason) -> Answer:
    """Take a pass off sale, whoever's it is. Who bought it keeps its days."""
    passes.take_down(actor, pass_id, body.reason)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}/passes",
    who=Who.ANYONE,
    query=ListQuery,
    answers={200: Page[PassCard]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def list_passes(author_id: str, query: ListQuery) -> Answer:
    """The passes that an author sells, the newest first."""
    return ok(passes.of_author(author_id, query))
