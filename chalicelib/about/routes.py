"""/openapi.json, /docs and /v1/health."""

from functools import cache
from typing import Any

from chalice import Blueprint
from msgspec import Struct

from chalicelib.core import settings, web
from chalicelib.core.actors import Who
from chalicelib.core.request import Request
from chalicelib.core.web import Answer, ok, route

routes = Blueprint(__name__)

MINUTES_5 = 300


class Health(Struct):
    stage: str
    status: str = "ok"


@route(routes, "GET", "/v1/health", who=Who.ANYONE, answers={200: Health})
def health() -> Answer:
    """Whether the API answers."""
    return ok(Health(settings.stage()))


@route(routes, "GET", "/openapi.json", who=Who.ANYONE, answers={200: dict[str, Any]}, public_seconds=MINUTES_5)
def openapi_document() -> Answer:
    """This API as OpenAPI 3.1."""
    return ok(_document())


@route(
    routes,
    "GET",
    "/docs",
    who=Who.ANYONE,
    answers={200: str},
    public_seconds=MINUTES_5,
    produces="text/html; charset=utf-8",
)
def documentation(request: Request) -> Answer:
    """This API for people, in English or Chinese. Needs neither network nor script."""
    from chalicelib.about import page

    return ok(
        page.html(_document(), request.language),
        Vary="Accept-Language",
        Content_Language=request.language,
        Content_Security_Policy=page.policy(),
    )


@cache
def _document() -> dict[str, Any]:
    from chalicelib.core import openapi

    return openapi.document(web.declarations)
