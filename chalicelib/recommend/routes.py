"""Recommendations over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.web import Answer, ok, route
from chalicelib.recommend import picks
from chalicelib.recommend.shapes import PersonalQuery, PopularQuery, Recommendations

routes = Blueprint(__name__)


@route(
    routes,
    "GET",
    "/v1/recommendations",
    who=Who.ANYONE,
    query=PopularQuery,
    answers={200: Recommendations},
    public_seconds=60,
)
def read_popular(query: PopularQuery) -> Answer:
    """What is popular now, among all works or in a subject."""
    return ok(picks.popular(query))


@route(
    routes,
    "GET",
    "/v1/me/recommendations",
    who=Who.READER,
    query=PersonalQuery,
    answers={200: Recommendations},
)
def read_personal(actor: Actor, query: PersonalQuery) -> Answer:
    """What is recommended to me, and why."""
    return ok(picks.personal(actor, query.limit))
