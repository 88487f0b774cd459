"""Personal pages over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.web import Answer, ok, route
from chalicelib.reading import pages
from chalicelib.reading.shapes import Home, PersonalWork

routes = Blueprint(__name__)


@route(routes, "GET", "/v1/me/works/{work_id}", who=Who.READER, answers={200: PersonalWork})
def read_my_work(actor: Actor, work_id: str) -> Answer:
    """How a work stands with me: access, progress, my review, and what goes with it."""
    return ok(pages.work(actor, work_id))


@route(routes, "GET", "/v1/me/home", who=Who.READER, answers={200: Home})
def read_home(actor: Actor) -> Answer:
    """My first page: where I was, what may suit me, what is new."""
    return ok(pages.home(actor))
