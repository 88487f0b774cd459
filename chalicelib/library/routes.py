"""The library over HTTP."""

from chalice import Blueprint

from chalicelib.content.links import FileLink
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, ok, route
from chalicelib.library import delivery, shelf
from chalicelib.library.delivery import ContentTakenDown, NoAccess
from chalicelib.library.shelf import LibraryQuery, MyPass, OwnedWork

routes = Blueprint(__name__)


@route(
    routes,
    "GET",
    "/v1/me/library",
    who=Who.READER,
    query=LibraryQuery,
    answers={200: Page[OwnedWork]},
    refuses=(BadCursor,),
)
def read_library(actor: Actor, query: LibraryQuery) -> Answer:
    """My library: the works that I may read."""
    return ok(shelf.page(actor, query))


@route(routes, "GET", "/v1/me/passes", who=Who.READER, answers={200: list[MyPass]})
def read_passes(actor: Actor) -> Answer:
    """My passes: whose works I may read, and until when."""
    return ok(shelf.my_passes(actor))


@route(
    routes,
    "GET",
    "/v1/me/works/{work_id}/files/{file_id}",
    who=Who.READER,
    answers={200: FileLink},
    refuses=(NoAccess, ContentTakenDown, NotFound),
)
def read_file(actor: Actor, work_id: str, file_id: str) -> Answer:
    """A short link to a file of a work that I have."""
    return ok(delivery.link(actor, work_id, file_id))
