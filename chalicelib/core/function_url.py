"""Function URLs: their events (payload version 2.0) as API Gateway would send them, and our answers in their form.

Loaded when the first such event arrives. A REST API chooses the route before it calls; here we do, by the same rules.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.addresses import Address, Malformed, Route, find_route, read_address
from chalicelib.core.errors import BadRequest, NotFound, Refusal

Event = dict[str, Any]
NOWHERE = Address("", (), [])


def read(event: Event, routes: Mapping[str, Mapping[str, Any]]) -> tuple[Event, Refusal | None]:
    """The request as a REST proxy event (1.0), and why it is refused where it leads nowhere."""
    query = f"?{event['rawQueryString']}" if event.get("rawQueryString") else ""
    try:
        address = read_address(event["rawPath"] + query)
    except Malformed:
        return _rest_event(event, NOWHERE, None, ()), BadRequest()
    route = find_route(routes, address)
    if route is None:
        return _rest_event(event, address, None, ()), NotFound()
    return _rest_event(event, address, route, routes[route.resource]), None


def answer(said: Event, event: Event) -> Event:
    """A REST proxy answer in version 2.0, which knows repeated headers for cookies alone."""
    repeated = said.get("multiValueHeaders") or {}
    headers = {name: str(text) for name, text in said["headers"].items()}
    headers |= {name: ", ".join(texts) for name, texts in repeated.items() if name.lower() != "set-cookie"}
    return {
        "statusCode": said["statusCode"],
        "headers": headers,
        "cookies": [text for name, texts in repeated.items() if name.lower() == "set-cookie" for text in texts],
        "body": "" if event["requestContext"]["http"]["method"] == "HEAD" else said.get("body") or "",
        "isBase64Encoded": bool(said.get("isBase64Encoded")),
    }


def _rest_event(event: Event, address: Address, route: Route | None, methods: Mapping[str, Any] | tuple[()]) -> Event:
    headers = dict(event.get("headers") or {})
    if event.get("cookies"):
        headers["cookie"] = "; ".join(event["cookies"])
    context, resource = event["requestContext"], route.resource if route else ""
    method = _method(context["http"]["method"], methods)
    return {
        "resource": resource,
        "path": address.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [text] for name, text in headers.items()},
        "queryStringParameters": dict(address.query) or None,
        "multiValueQueryStringParameters": _gathered(address.query) or None,
        "pathParameters": (route.parameters if route else None) or None,
        "stageVariables": None,
        "requestContext": {
            "apiId": context.get("apiId"),
            "domainName": context.get("domainName"),
            "stage": context.get("stage"),
            "requestId": context.get("requestId"),
            "requestTimeEpoch": context.get("timeEpoch"),
            "resourcePath": resource,
            "httpMethod": method,
            "path": address.path,
            "protocol": context["http"].get("protocol"),
            "identity": {
                "sourceIp": context["http"].get("sourceIp", ""),
                "userAgent": context["http"].get("userAgent"),
            },
        },
        "body": event.get("body"),
        "isBase64Encoded": bool(event.get("isBase64Encoded")),
    }


def _method(asked: str, methods: Mapping[str, Any] | tuple[()]) -> str:
    """HEAD is GET without the body (RFC 9110, section 9.3.2), where no route says otherwise."""
    return "GET" if asked == "HEAD" and "HEAD" not in methods and "GET" in methods else asked


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, text in pairs:
        gathered.setdefault(name, []).append(text)
    return gathered
