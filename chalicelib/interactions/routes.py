"""Interactions over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, accepted, no_content, ok, route
from chalicelib.interactions import history, recording
from chalicelib.interactions.shapes import Claims, ErasureView, HistoryItem, HistoryQuery, Recorded

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/interactions",
    who=Who.READER,
    body=Claims,
    answers={202: Recorded},
    limit=Limit(60, 60),
    fresh=False,
)
def record(actor: Actor, body: Claims) -> Answer:
    """Say what I viewed, played, learned, searched, followed and dismissed: up to 50 events, each with its own id.

    Sending an event again changes nothing, as long as its id and its time are the same.
    """
    return accepted(recording.record(actor, body.events))


@route(
    routes,
    "GET",
    "/v1/me/history",
    who=Who.READER,
    query=HistoryQuery,
    answers={200: Page[HistoryItem]},
    refuses=(BadCursor,),
)
def read_history(actor: Actor, query: HistoryQuery) -> Answer:
    """What I did, newest first."""
    return ok(history.read(actor, query))


@route(routes, "DELETE", "/v1/me/history", who=Who.READER, answers={202: ErasureView})
def erase_history(actor: Actor) -> Answer:
    """Erase my whole history, and with it how far I am in works. It takes a moment.

    How much of what I bought was used stays with the purchase, without when and where: refunds go by it.
    """
    history.forget_all(actor)
    return accepted(ErasureView())


@route(
    routes,
    "DELETE",
    "/v1/me/history/{item_id}",
    who=Who.READER,
    answers={204: None},
    refuses=(NotFound,),
)
def forget_item(actor: Actor, item_id: str) -> Answer:
    """Delete one thing that I did from my history."""
    history.forget(actor, item_id)
    return no_content()
