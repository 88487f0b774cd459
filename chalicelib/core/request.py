"""One HTTP request, as our routes see it."""

import base64
import binascii
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from chalicelib.core import edge
from chalicelib.core.errors import LANGUAGES, BadRequest, TooLarge

BODY_LIMIT = 256 * 1024


class Request:
    """What API Gateway hands over (its REST proxy event, version 1), with the hostile parts checked."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event
        self.context = event.get("requestContext") or {}
        self.headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}

    @property
    def id(self) -> str:
        return str(self.context.get("requestId", ""))

    @property
    def ip(self) -> str:
        """Who calls, as nobody can forge it."""
        return edge.caller(self.headers, str((self.context.get("identity") or {}).get("sourceIp", "")))

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        return {name: texts[-1] for name, texts in (self.event.get("multiValueQueryStringParameters") or {}).items()}

    @cached_property
    def language(self) -> str:
        """zh or en: what Accept-Language prefers (RFC 9110, section 12.5.4); en where it names neither."""
        best = max(_preferences(self.headers.get("accept-language", "")), default=(0.0, "en"), key=lambda wish: wish[0])
        return best[1] if best[0] > 0 else "en"

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @cached_property
    def body(self) -> bytes:
        """The raw body, as signed by whoever signs it."""
        raw = _decoded(self.event)
        if len(raw) > BODY_LIMIT:
            raise TooLarge(limit=BODY_LIMIT)
        return raw


def _decoded(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body)
    except (binascii.Error, ValueError):
        raise BadRequest from None


def _preferences(header: str) -> Iterator[tuple[float, str]]:
    for wish in header.split(","):
        tag, _, parameters = wish.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in LANGUAGES:
            yield _quality(parameters), primary


def _quality(parameters: str) -> float:
    name, _, text = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(text)
    except ValueError:
        return 0.0
