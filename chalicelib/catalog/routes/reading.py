"""What everyone sees of the catalogue, over HTTP."""

from chalice import Blueprint

from chalicelib.catalog import pages, shelves
from chalicelib.catalog.cards import Card
from chalicelib.catalog.routes.answering import DAY, MINUTE
from chalicelib.catalog.shapes import (
    AuthorPage,
    ShelfQuery,
    SubjectView,
    WorkPage,
)
from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.core.actors import Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, ok, route

routes = Blueprint(__name__)


@route(routes, "GET", "/v1/subjects", who=Who.ANYONE, answers={200: list[SubjectView]}, public_seconds=DAY)
def list_subjects() -> Answer:
    """The subjects that works are about, in both languages."""
    return ok([SubjectView(each.slug, {"en": each.en, "zh": each.zh}, each.parent) for each in SUBJECTS.values()])


@route(
    routes,
    "GET",
    "/v1/works",
    who=Who.ANYONE,
    query=ShelfQuery,
    answers={200: Page[Card]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def browse(query: ShelfQuery) -> Answer:
    """Published works, the newest first: all, on one subject's shelf, or of one author."""
    return ok(shelves.browse(query))


@route(
    routes,
    "GET",
    "/v1/works/{work_id}",
    who=Who.ANYONE,
    answers={200: WorkPage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_work(work_id: str) -> Answer:
    """A published work: what it is, what it costs, how it is rated, and a free preview."""
    return ok(pages.work(work_id))


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}",
    who=Who.ANYONE,
    answers={200: AuthorPage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_author(author_id: str) -> Answer:
    """An author, by name. Their works are at /v1/works?author=…"""
    return ok(pages.author(author_id))
