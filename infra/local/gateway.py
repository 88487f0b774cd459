"""API Gateway on one machine: HTTP in front, the app behind, REST proxy events between.

What the gateway refuses by itself it refuses in the platform's words, as the hardened deployment's gateway
responses do. See docs/decisions/0010-own-local-gateway.md for why this is not `chalice local`.
"""

import base64
import logging
from typing import Any

from chalice.app import Chalice

from chalicelib.core import errors, ids, problems
from chalicelib.core.addresses import Malformed, Route, find_route, read_address
from chalicelib.core.front_door import gateway_headers
from chalicelib.core.request import Request
from chalicelib.core.settings import stage
from infra.local.acting import acting_as
from infra.local.api_events import make_event
from infra.local.functions import Context
from infra.local.http_front import HttpAnswer, HttpFront, HttpRequest

PAYLOAD_LIMIT = 10 * 1024 * 1024
HEADER_LIMIT = 10_240
SECONDS = 29
"""API Gateway waits no longer for a function."""

logger = logging.getLogger("lyceum.local")


class Gateway:
    """Serves an app at ``url`` from ``start()`` to ``stop()``."""

    def __init__(self, app: Chalice, front: HttpFront | None = None, *, stage: str = "api") -> None:
        self._app, self._stage = app, stage
        self._front = front or gateway_front()

    @property
    def url(self) -> str:
        return self._front.url

    def start(self) -> None:
        self._front.start(self.answer)

    def stop(self) -> None:
        self._front.stop()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        if sum(len(name) + len(value) for name, value in request.headers.items()) > HEADER_LIMIT:
            return _refusal(errors.BadRequest(), request)
        try:
            address = read_address(request.target)
        except Malformed:
            return _refusal(errors.BadRequest(), request)
        route = find_route(self._app.routes, address)
        if route is None:
            return _refusal(errors.NotFound(), request)
        if request.method == "OPTIONS" and (preflight := self._preflight(route)):
            return preflight
        binary_types = self._app.api.binary_types
        event = make_event(
            self._as_declared(request, route), address, route, binary_types=binary_types, stage=self._stage
        )
        return self._invoke(event, request)

    def _as_declared(self, request: HttpRequest, route: Route) -> HttpRequest:
        """HEAD is GET without the body (RFC 9110, section 9.3.2), where no route says otherwise."""
        methods = self._app.routes[route.resource]
        if request.method != "HEAD" or "HEAD" in methods or "GET" not in methods:
            return request
        return HttpRequest("GET", request.target, request.headers, request.body, request.client, request.server)

    def _invoke(self, event: dict[str, Any], request: HttpRequest) -> HttpAnswer:
        context = Context(f"lyceum-{stage()}", SECONDS)
        try:
            with acting_as("api_handler"):
                answer = self._app(event, context)
            return _http_answer(answer, event["requestContext"]["requestId"])
        except Exception:
            logger.exception("%s %s broke the function", request.method, request.target)
            id = event["requestContext"]["requestId"]
            return _refusal(errors.InternalError(request_id=id), request, id)

    def _preflight(self, route: Route) -> HttpAnswer | None:
        """What Chalice has API Gateway answer to OPTIONS, where the path's routes share a CORS setting."""
        entries = self._app.routes[route.resource]
        settings = [entry.cors for entry in entries.values() if entry.cors is not None]
        if not settings or "OPTIONS" in entries:
            return None
        headers = {"Access-Control-Allow-Methods": ",".join([*entries, "OPTIONS"])}
        return HttpAnswer(200, list((headers | settings[0].get_access_control_headers()).items()))


def gateway_front(port: int = 0) -> HttpFront:
    """An HTTP front that refuses what is no HTTP, and what is too large, in the platform's words."""
    return HttpFront(port, refuse=_refuse_http, body_limit=PAYLOAD_LIMIT)


def _refuse_http(status: int, reason: str) -> HttpAnswer:
    if status == 413:
        return _problem(errors.TooLarge(limit=PAYLOAD_LIMIT), "en", ids.new())
    if status >= 500 and status not in (501, 505):
        id = ids.new()
        return _problem(errors.InternalError(request_id=id), "en", id)
    return _problem(errors.BadRequest(), "en", ids.new())


def _refusal(refusal: errors.Refusal, request: HttpRequest, id: str | None = None) -> HttpAnswer:
    said = Request({"headers": {"accept-language": request.headers.get("Accept-Language", "")}})
    return _problem(refusal, said.language, id or ids.new())


def _problem(refusal: errors.Refusal, language: str, id: str) -> HttpAnswer:
    said = problems.answer(refusal, language, id)
    return _http_answer(said | {"headers": gateway_headers() | said["headers"]}, id)


def _http_answer(answer: dict[str, Any], request_id: str) -> HttpAnswer:
    """Raises where the function's answer is none that API Gateway would take."""
    headers = [("x-amzn-RequestId", request_id)]
    repeated = answer.get("multiValueHeaders") or {}
    for name, value in (answer.get("headers") or {}).items():
        if name not in repeated:
            headers.append((name, _one_line(value)))
    headers += [(name, _one_line(value)) for name, values in repeated.items() for value in values]
    body = answer.get("body") or ""
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else str(body).encode()
    return HttpAnswer(int(answer["statusCode"]), headers, raw)


def _one_line(value: object) -> str:
    text = str(value)
    if "\r" in text or "\n" in text or not text.isascii():
        raise ValueError(f"{text!r} cannot be a header")
    return text
