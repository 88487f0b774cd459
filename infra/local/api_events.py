"""HTTP requests as API Gateway's REST APIs hand them to Lambda (proxy integration, payload version 1.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
from collections.abc import Iterable
from typing import Any

from chalicelib.core import clock, ids
from chalicelib.core.addresses import Address, Route
from infra.local.http_front import HttpRequest

API_ID = "local"
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}


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
