"""HTTP requests as a Lambda function URL hands them to the function (payload version 2.0), and its answers as HTTP.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import base64
from typing import Any

from chalicelib.core import clock, ids
from infra.local.http_front import HttpAnswer, HttpRequest

TEXT = ("text/", "application/json", "application/xml", "application/javascript")
"""Bodies of these types arrive as text, all others in base64."""


def make_event(request: HttpRequest) -> dict[str, Any]:
    """Names in small letters, repeated headers joined, cookies apart, path and query as they were sent."""
    path, _, query = request.target.partition("?")
    body, encoded = _body(request)
    pairs = [(name.lower(), text) for name, text in request.headers.items()]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "cookies": [each.strip() for name, text in pairs if name == "cookie" for each in text.split(";")],
        "headers": _joined([pair for pair in pairs if pair[0] != "cookie"]),
        "requestContext": _context(request, path),
        "body": body,
        "isBase64Encoded": encoded,
    }


def http_answer(said: dict[str, Any]) -> HttpAnswer:
    headers = [*said["headers"].items(), *(("Set-Cookie", cookie) for cookie in said.get("cookies", ()))]
    raw = base64.b64decode(said["body"]) if said.get("isBase64Encoded") else said["body"].encode()
    return HttpAnswer(int(said["statusCode"]), headers, raw)


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {name: ",".join(text for each, text in pairs if each == name) for name, _ in pairs}


def _context(request: HttpRequest, path: str) -> dict[str, Any]:
    now, host = clock.now(), request.headers.get("Host", "local.lambda-url.eu-central-1.on.aws")
    return {
        "accountId": "anonymous",
        "apiId": host.split(".")[0],
        "domainName": host,
        "domainPrefix": host.split(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.client,
            "userAgent": request.headers.get("User-Agent"),
        },
        "requestId": ids.new(),
        "routeKey": "$default",
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _body(request: HttpRequest) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if request.headers.get("Content-Type", "").lower().startswith(TEXT):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True
