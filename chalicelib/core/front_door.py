"""The one place through which every HTTP request goes, whatever becomes of it."""

from functools import cached_property
from typing import Any

import msgspec
from chalice import Chalice, CORSConfig

from chalicelib.core import clock, cors, edge, logs, problems, settings, web
from chalicelib.core.errors import InternalError, NotFound, Refusal
from chalicelib.core.request import Request

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer. Calls from pages of allowed origins are CORS requests, which the resource policy lets pass."""


def gateway_headers() -> dict[str, str]:
    """What answers that API Gateway makes by itself must carry, to look like ours: the same on every one of them."""
    return SECURITY_HEADERS | cors.headers(cors.origins()[0]) | {"Cache-Control": "no-store"}


class FrontDoor(Chalice):
    """Chalice, with its own refusals put into our words and a line in the log for each request."""

    def __init__(self) -> None:
        super().__init__(app_name="lyceum", configure_logs=False)
        self.api.cors = for_all = _SameForAll(
            allow_origin=cors.origins()[0],
            allow_headers=cors.ALLOWED_HEADERS,
            expose_headers=cors.EXPOSED_HEADERS,
            max_age=cors.PREFLIGHT_SECONDS,
        )
        self._not_for_all = list(for_all.get_access_control_headers())
        """Chalice would allow its one origin to everybody: ours are told to whom they name."""

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """API Gateway's event (1.0) or a function URL's (2.0) in, the answer in the same form out."""
        cause = str((event.get("requestContext") or {}).get("requestId", ""))
        with logs.within(correlation_id=cause, function="api_handler"):
            if event.get("version") != "2.0":
                return self._serve(event, context)
            from chalicelib.core import function_url

            asked, refusal = function_url.read(event, self.routes)
            return function_url.answer(self._serve(asked, context, refusal), event)

    def _serve(self, event: dict[str, Any], context: Any, refusal: Refusal | None = None) -> dict[str, Any]:
        token = web.current.set(event)
        began = clock.ticks()
        try:
            answer = _refused(refusal, event) if refusal else self._answer(event, context)
        finally:
            web.current.reset(token)
        answer["headers"] = _with_ours(answer["headers"], event)
        if logs.tells_requests() or answer["statusCode"] >= 500:
            _record(event, answer, clock.ticks() - began)
        return answer

    def _answer(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        place = event.get("requestContext") or {}
        try:
            if settings.value("EDGE"):
                edge.must_have_let_in(Request(event).headers)
            methods = self.routes.get(place.get("resourcePath", ""))
            if methods is None:
                raise NotFound
        except Refusal as refusal:
            return _refused(refusal, event)
        if place.get("httpMethod") == "OPTIONS" and "OPTIONS" not in methods:
            return _preflight(event, list(methods))
        answer = super().__call__(event, context)
        for name in self._not_for_all:
            answer["headers"].pop(name, None)
        return _in_our_words(answer, event)


def _refused(refusal: Refusal, event: dict[str, Any]) -> dict[str, Any]:
    request = Request(event)
    return problems.answer(refusal, request.language, request.id)


def _preflight(event: dict[str, Any], methods: list[str]) -> dict[str, Any]:
    return {
        "statusCode": 204,
        "headers": cors.preflight(_origin(event), methods),
        "multiValueHeaders": {},
        "body": "",
    }


class _SameForAll(CORSConfig):
    """Chalice puts the same headers together for each answer: once is enough."""

    def get_access_control_headers(self) -> dict[str, str]:
        return self._headers

    @cached_property
    def _headers(self) -> dict[str, str]:
        return dict(super().get_access_control_headers())


def _in_our_words(answer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Chalice answers its own 4xx and 5xx, which no route saw, as {"Code", "Message"}."""
    if answer["statusCode"] < 400 or answer["headers"].get("Content-Type") == problems.CONTENT_TYPE:
        return answer
    code = msgspec.json.decode(answer["body"]).get("Code")
    kind = problems.OF_CHALICE.get(code, InternalError)
    ours = _refused(kind(request_id=Request(event).id), event)
    ours["headers"] |= {name: text for name, text in answer["headers"].items() if name == "Allow"}
    return ours


def _with_ours(said: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """A route's own security headers stand before those of all."""
    return {
        **SECURITY_HEADERS,
        **said,
        **cors.headers(_origin(event)),
        "Vary": f"{said['Vary']}, Origin" if "Vary" in said else "Origin",
        "X-Request-Id": logs.correlation_id(),
    }


def _origin(event: dict[str, Any]) -> str | None:
    headers = event.get("headers") or {}
    return headers.get("origin") or headers.get("Origin")


def _record(event: dict[str, Any], answer: dict[str, Any], seconds: float) -> None:
    place = event.get("requestContext") or {}
    resource = f"{place.get('httpMethod')} {place.get('resourcePath')}"
    logs.request(resource, int(answer["statusCode"]), round(seconds * 1000, 1))
