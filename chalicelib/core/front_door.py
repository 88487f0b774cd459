"""The one place through which every HTTP request goes, whatever becomes of it."""

from typing import Any

import msgspec
from chalice import Chalice, CORSConfig

from chalicelib.core import clock, logs, problems, settings, web
from chalicelib.core.errors import InternalError
from chalicelib.core.request import Request

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}


class FrontDoor(Chalice):
    """Chalice, with its own refusals put into our words and a line in the log for each request."""

    def __init__(self) -> None:
        super().__init__(app_name="lyceum", configure_logs=False)
        self.api.cors = CORSConfig(
            allow_origin=settings.value("PUBLIC_URL"),
            allow_headers=["Authorization", "Idempotency-Key", "If-Match", "If-None-Match", "Accept-Language"],
            expose_headers=["ETag", "Location", "Retry-After", "Idempotency-Replayed"],
            max_age=600,
        )

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        token = web.current.set(event)
        began = clock.timestamp()
        try:
            answer = _in_our_words(super().__call__(event, context), event)
        finally:
            web.current.reset(token)
        answer["headers"].update(SECURITY_HEADERS)
        _record(event, answer, clock.timestamp() - began)
        return answer


def _in_our_words(answer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Chalice answers its own 4xx and 5xx, which no route saw, as {"Code", "Message"}."""
    if answer["statusCode"] < 400 or answer["headers"].get("Content-Type") == problems.CONTENT_TYPE:
        return answer
    request = Request(event)
    code = msgspec.json.decode(answer["body"]).get("Code")
    refusal = problems.OF_CHALICE.get(code, InternalError)
    ours = problems.answer(refusal(request_id=request.id), request.language, request.id)
    ours["headers"] |= {name: text for name, text in answer["headers"].items() if name == "Allow"}
    return ours


def _record(event: dict[str, Any], answer: dict[str, Any], seconds: float) -> None:
    place = event.get("requestContext") or {}
    resource = f"{place.get('httpMethod')} {place.get('resourcePath')}"
    logs.request(resource, int(answer["statusCode"]), round(seconds * 1000, 1), str(place.get("requestId")))
