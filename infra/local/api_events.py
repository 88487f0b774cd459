"""HTTP requests as API Gateway's REST APIs hand them to Lambda (proxy integration, payload version 1.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from chalicelib.core import clock, ids
from infra.local.http_front import HttpRequest

API_ID = "local"
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Malformed(ValueError):
    """The address is none: a broken escape, or bytes that are no UTF-8."""


@dataclass(frozen=True)
class Address:
    """A request's target, taken apart: segments decoded one by one, so that %2F stays within its segment."""

    path: str
    segments: tuple[str, ...]
    query: list[tuple[str, str]]


@dataclass(frozen=True)
class Route:
    """A resource of the API that an address leads to, such as ``/v1/works/{work_id}``."""

    resource: str
    parameters: dict[str, str]


def read_address(target: str) -> Address:
    """Raises Malformed."""
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    path, _, query = target.partition("#")[0].partition("?")
    if not target.isascii() or not path.startswith("/") or BAD_ESCAPE.search(target):
        raise Malformed(target)
    try:
        segments = tuple(unquote(part, errors="strict") for part in path.strip("/").split("/") if part)
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Malformed(target) from error
    return Address(path, segments, pairs)


def find_route(resources: Iterable[str], address: Address) -> Route | None:
    """Literal segments win over parameters, from left to right, as API Gateway chooses. A last slash means nothing."""
    fits = [(resource, pattern) for resource in resources if _fits(pattern := _split(resource), address.segments)]
    if not fits:
        return None
    resource, pattern = min(fits, key=lambda fit: [part.startswith("{") for part in fit[1]])
    pairs = zip(pattern, address.segments, strict=True)
    return Route(resource, {part[1:-1]: text for part, text in pairs if part.startswith("{")})


def _split(resource: str) -> tuple[str, ...]:
    return tuple(part for part in resource.split("/") if part)


def _fits(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if len(pattern) != len(segments):
        return False
    return all(part.startswith("{") or part == text for part, text in zip(pattern, segments, strict=True))


def make_event(
    request: HttpRequest, address: Address, route: Route, *, binary_types: Iterable[str], stage: str
) -> dict[str, Any]:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
    headers += [
        ("X-Forwarded-For", request.client),
        ("X-Forwarded-Port", str(request.server[1])),
        ("X-Forwarded-Proto", request.url_scheme),
    ]
    body, encoded = _body(request, set(binary_types))
    return {
        "resource": route.resource,
        "path": address.path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _gather(headers),
        "queryStringParameters": dict(address.query) or None,
        "multiValueQueryStringParameters": _gather(address.query) or None,
        "pathParameters": route.parameters or None,
        "stageVariables": None,
        "requestContext": _context(request, address, route, stage),
        "body": body,
        "isBase64Encoded": encoded,
    }


def _context(request: HttpRequest, address: Address, route: Route, stage: str) -> dict[str, Any]:
    now, host = clock.now(), request.headers.get("Host", "127.0.0.1")
    nobody = ("accessKey", "accountId", "caller", "cognitoIdentityId", "cognitoIdentityPoolId", "user", "userArn")
    return {
        "accountId": "123456789012",
        "apiId": API_ID,
        "resourceId": "local",
        "resourcePath": route.resource,
        "httpMethod": request.method,
        "stage": stage,
        "path": f"/{stage}{address.path}",
        "protocol": "HTTP/1.1",
        "domainName": host,
        "domainPrefix": host.split(".")[0],
        "requestId": ids.new(),
        "extendedRequestId": ids.new(),
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "identity": {
            **dict.fromkeys(nobody),
            "sourceIp": request.client,
            "userAgent": request.headers.get("User-Agent"),
        },
    }


def _body(request: HttpRequest, binary_types: set[str]) -> tuple[str | None, bool]:
    """Text as it is, bytes in base64; nothing at all as None."""
    if not request.body:
        return None, False
    kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind not in binary_types and f"{kind.partition('/')[0]}/*" not in binary_types:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _gather(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered
