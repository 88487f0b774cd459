"""One declaration a route: path, method, who may call, what comes in, what goes out, how often, what may refuse.

From it come authorisation (deny by default), validation, problem JSON and OpenAPI.

    @route(routes, "POST", "/v1/orders", who=Who.READER, body=NewOrder, answers={201: OrderView}, once=True)
    def place_order(actor: Actor, body: NewOrder, once: Once) -> Answer:

A handler names what it wants among ``request``, ``actor``, ``body``, ``query``, ``once`` and its path's parameters.
"""

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

import msgspec
from chalice import Blueprint, Response

from chalicelib.core import aws, limits, problems, validation
from chalicelib.core.actors import Actor, Role, Who
from chalicelib.core.errors import (
    Forbidden,
    InternalError,
    NotFound,
    Refusal,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.logs import logger
from chalicelib.core.request import Request

PERSONAL = "private, no-store"
JSON = "application/json"
_PATH_PARAMETER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}")

current: ContextVar[dict[str, Any]] = ContextVar("current_event")
declarations: list["Declaration"] = []


class Gate(Protocol):
    """Who stands behind an access token. ``fresh``: as of this moment, not as of when the token was made."""

    def __call__(self, token: str, *, fresh: bool) -> Actor: ...


_gates: list[Gate] = []
gate_refuses: list[type[Refusal]] = []
"""What the gate may say beside Unauthenticated, where it asks how the account stands."""


def guard_with(gate: Gate, refuses: tuple[type[Refusal], ...] = ()) -> None:
    """Set who judges access tokens. Until then every route that is not for anyone refuses everyone."""
    _gates[:] = [gate]
    gate_refuses[:] = refuses


class Answer(NamedTuple):
    """A status, a body of the type declared for it, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


def ok(body: Any, **headers: str) -> Answer:
    return Answer(200, body, {name.replace("_", "-"): text for name, text in headers.items()})


def created(body: Any, location: str) -> Answer:
    return Answer(201, body, {"Location": location})


def accepted(body: Any = None, location: str | None = None) -> Answer:
    """``location`` is where it shows what became of it."""
    return Answer(202, body, {"Location": location} if location else {})


def no_content() -> Answer:
    return Answer(204)


class Declaration(NamedTuple):
    """All that is promised of one route."""

    method: str
    path: str
    who: Who
    deed: Callable[..., Answer]
    body: Any
    query: Any
    answers: Mapping[int, Any]
    refuses: tuple[type[Refusal], ...]
    limit: Limit | None
    once: bool
    fresh: bool
    if_match: bool
    public_seconds: int
    produces: str

    @property
    def name(self) -> str:
        return f"{self.deed.__module__.split('.')[1]}_{self.deed.__name__}"


def route(
    room: Blueprint,
    method: str,
    path: str,
    *,
    who: Who,
    answers: Mapping[int, Any],
    body: Any = None,
    query: Any = None,
    refuses: tuple[type[Refusal], ...] = (),
    limit: Limit | None = None,
    once: bool = False,
    fresh: bool | None = None,
    if_match: bool = False,
    public_seconds: int = 0,
    produces: str = JSON,
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Declare a route of a room.

    ``limit`` counts by account, or by address where anyone may call. ``once`` demands an Idempotency-Key. ``fresh``
    checks the account's standing in the store: unless told otherwise, whatever changes something does, and all that
    authors, reviewers and admins do. ``if_match`` says that the deed wants the ETag that its caller has seen.
    ``public_seconds`` lets caches keep the answer, which then must hold nothing personal: only a reading for anyone may
    have it, and the edge hides who asks.
    """
    if public_seconds and (method != "GET" or who is not Who.ANYONE or limit or once):
        raise ValueError(f"{method} {path}: what caches keep is read by anyone, and not counted")

    def declare(deed: Callable[..., Answer]) -> Callable[..., Answer]:
        privileged = who in (Who.AUTHOR, Who.REVIEWER, Who.ADMIN)
        asks = who not in (Who.ANYONE, Who.PROVIDER) and (privileged or (method != "GET" if fresh is None else fresh))
        declaration = Declaration(
            method, path, who, deed, body, query, answers, refuses, limit, once,
            asks, if_match, public_seconds, produces,
        )  # fmt: skip
        wanted = frozenset(inspect.signature(deed).parameters)
        declarations.append(declaration)

        def answer(**parameters: str) -> Response:
            return _answer(declaration, wanted, parameters)

        room.route(path, methods=[method], name=declaration.name, content_types=[])(answer)
        return deed

    return declare


def _answer(declaration: Declaration, wanted: frozenset[str], parameters: dict[str, str]) -> Response:
    request = Request(current.get())
    try:
        return _respond(declaration, request, _carry_out(declaration, wanted, request, parameters))
    except Refusal as refusal:
        return _refuse(refusal, request)
    except Exception as error:
        logger().exception("unexpected", exc_info=error)
        return _refuse(Unavailable() if aws.is_passing(error) else InternalError(request_id=request.id), request)


def _carry_out(
    declaration: Declaration, wanted: frozenset[str], request: Request, parameters: dict[str, str]
) -> Answer:
    if not all(_PATH_PARAMETER.fullmatch(text) for text in parameters.values()):
        raise NotFound
    given: dict[str, Any] = {"request": request, **parameters}
    if declaration.who not in (Who.ANYONE, Who.PROVIDER):
        given["actor"] = _admit(declaration, request)
    if declaration.limit:
        subject = given["actor"].account_id if "actor" in given else request.ip
        limits.spend(declaration.name, subject, declaration.limit)
    if declaration.query:
        given["query"] = validation.from_query(request.query, declaration.query)
    if declaration.body:
        _must_be_json(request)
        given["body"] = validation.from_json(request.body, declaration.body)
    if declaration.once:
        return _once(declaration, wanted, request, given, parameters)
    return declaration.deed(**{name: given[name] for name in wanted})


def _admit(declaration: Declaration, request: Request) -> Actor:
    """Deny by default: without a gate, a token or the role, nobody comes in."""
    if not _gates or request.bearer is None:
        raise Unauthenticated
    actor = _gates[0](request.bearer, fresh=declaration.fresh)
    role = Role(declaration.who)
    if not (actor.has(role) or (role is Role.REVIEWER and actor.has(Role.ADMIN))):
        raise Forbidden
    return actor


def _must_be_json(request: Request) -> None:
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type != JSON:
        raise UnsupportedMediaType(expected=JSON)


def _once(
    declaration: Declaration,
    wanted: frozenset[str],
    request: Request,
    given: dict[str, Any],
    parameters: dict[str, str],
) -> Answer:
    key, about = request.headers.get("idempotency-key"), [parameters[name] for name in sorted(parameters)]
    once = Once(given["actor"].account_id, declaration.name, key, request.body, about)
    arguments = {name: (once if name == "once" else given[name]) for name in wanted}
    try:
        return declaration.deed(**arguments)
    except Refusal as refusal:  # what was done already may be refused now: who asks again gets the first answer
        claim = once.earlier(refusal)
    if claim.status is None:
        once.carry_on(claim)
        return declaration.deed(**arguments)
    headers = {"Idempotency-Replayed": "true"} | ({"Location": claim.location} if claim.location else {})
    return Answer(claim.status, msgspec.Raw(claim.body), headers)


def _respond(declaration: Declaration, request: Request, answer: Answer) -> Response:
    if answer.status not in declaration.answers:
        raise RuntimeError(f"{declaration.name} answered {answer.status}, which it does not declare")
    headers: dict[str, Any] = {"Cache-Control": PERSONAL, **answer.headers}
    body = _encoded(answer.body)
    if body:
        headers["Content-Type"] = declaration.produces
    if declaration.public_seconds:
        headers["Cache-Control"] = f"public, max-age={declaration.public_seconds}"
        headers.setdefault("ETag", etag(body))
    reads = declaration.method == "GET"
    if reads and "ETag" in headers and _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        headers.pop("Content-Type", None)
        return Response("", headers, 304)
    return Response(body.decode(), headers, answer.status)


def etag(content: bytes) -> str:
    """A strong entity tag (RFC 9110, section 8.8.3) of these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _encoded(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _matches(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (wish.strip().removeprefix("W/") for wish in header.split(","))


def _refuse(refusal: Refusal, request: Request) -> Response:
    problem = problems.answer(refusal, request.language, request.id)
    return Response(problem["body"], problem["headers"], problem["statusCode"])
