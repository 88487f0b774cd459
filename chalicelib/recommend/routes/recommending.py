"""Recommendations over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, ok, route
from chalicelib.recommend import picks
from chalicelib.recommend.shapes import (
    PersonalQuery,
    PopularQuery,
    Ranked,
    Ranking,
    Recommendations,
    SimilarQuery,
)

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


@route(
    routes,
    "GET",
    "/v1/works/{work_id}/similar",
    who=Who.ANYONE,
    query=SimilarQuery,
    answers={200: Recommendations},
    refuses=(NotFound,),
    public_seconds=300,
)
def read_similar(work_id: str, query: SimilarQuery) -> Answer:
    """What goes with a published work."""
    return ok(picks.similar(work_id, query.limit))


@route(
    routes,
    "POST",
    "/v1/me/rankings",
    who=Who.READER,
    body=Ranking,
    answers={200: Ranked},
    fresh=False,
)
def rank(actor: Actor, body: Ranking) -> Answer:
    """Put works, such as those of a search, into the order that suits me best. Nothing is kept of it."""
    return ok(picks.ranked(actor, body.work_ids))
