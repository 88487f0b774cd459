"""Behind a function URL the API answers as it does behind API Gateway."""

import json
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
import stripe

from chalicelib.core import clock, front_door
from chalicelib.core.front_door import FrontDoor
from chalicelib.core.secrets import secret
from infra.local import function_url
from infra.local.gateway import Gateway
from infra.local.http_front import HttpAnswer, HttpRequest
from tests.world import World

ORIGIN = "http://127.0.0.1:8000"


def asked(method: str, target: str, body: bytes = b"", **headers: str) -> HttpRequest:
    sent = {"Host": "api.example", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): text for name, text in headers.items()}
    lines = Message()
    for name, text in sent.items():
        lines[name] = text
    return HttpRequest(method, target, lines, body, "192.0.2.1", ("api.example", 443), "https")


@pytest.fixture
def gateway(world: World) -> Iterator[Gateway]:
    gateway = Gateway(world.platform.app)
    yield gateway
    gateway.stop()


def by_function_url(app: FrontDoor, request: HttpRequest) -> HttpAnswer:
    event = json.loads(json.dumps(function_url.make_event(request)))
    return function_url.http_answer(json.loads(json.dumps(app(event, None))))


IDS = {"x-amzn-requestid", "x-request-id"}


def essence(answer: HttpAnswer) -> tuple[int, dict[str, str], Any]:
    """All of an answer but the ids that are new each time."""
    headers = {name.lower(): text for name, text in answer.headers if name.lower() not in IDS}
    body: Any = answer.body
    if body and headers.get("content-type", "").endswith("json"):
        body = json.loads(answer.body)
        if isinstance(body, dict):
            assert "Message" not in body
            body.pop("request_id", None)
    return answer.status, headers, body


BATTERY = {
    "page": asked("GET", "/v1/subjects"),
    "trailing slash": asked("GET", "/v1/works/"),
    "in Chinese": asked("GET", "/docs", Accept_Language="zh-CN"),
    "query": asked("GET", "/v1/works?limit=1&limit=2"),
    "encoded query": asked("GET", "/v1/works?subject=%6caw&author="),
    "bad query": asked("GET", "/v1/works?limit=ten"),
    "not modified": asked("GET", "/v1/subjects", If_None_Match="*"),
    "from an allowed page": asked("GET", "/v1/works", Origin=ORIGIN),
    "from another page": asked("GET", "/v1/works", Origin="https://evil.example"),
    "json": asked("POST", "/v1/sessions", b'{"email": "nobody@example.com", "password": "none at all"}'),
    "no json": asked("POST", "/v1/sessions", b"{"),
    "wrong field": asked("POST", "/v1/sessions", '{"email": "é"}'.encode(), Accept_Language="zh"),
    "wrong type": asked("POST", "/v1/sessions", b"email=a", Content_Type="application/x-www-form-urlencoded"),
    "bytes": asked("POST", "/v1/sessions", b"\xff\xfe", Content_Type="application/json"),
    "no token": asked("GET", "/v1/me"),
    "bad token": asked("GET", "/v1/me", Authorization="Bearer x", Cookie="a=1; b=2"),
    "unknown path": asked("GET", "/v1/nothing/here"),
    "unknown path in Chinese": asked("DELETE", "/v2", Accept_Language="zh"),
    "wrong method": asked("PUT", "/v1/works"),
    "wrong method on a shared path": asked("DELETE", "/v1/works/0123"),
    "unsigned webhook": asked("POST", "/v1/webhooks/stripe", b"{}"),
    "head": asked("HEAD", "/v1/subjects"),
    "bad escape": asked("GET", "/v1/works/%zz"),
    "no utf-8": asked("GET", "/v1/works/%ff"),
    "overlong": asked("GET", "/v1/works/%c0%ae"),
    "nul": asked("GET", "/v1/works/%00"),
    "slash within": asked("GET", "/v1/works/a%2Fb"),
    "twice encoded": asked("GET", "/v1/works/%252e%252e"),
    "dots": asked("GET", "/v1/works/../me"),
    "encoded dots": asked("GET", "/v1/works/%2e%2e/reviews"),
    "plus": asked("GET", "/v1/works/a+b"),
    "raw bytes": asked("GET", "/v1/works/文"),
    "question marks": asked("GET", "/v1/works??limit=1"),
}


REFUSED_BY_API_GATEWAY = {"bad escape", "no utf-8", "overlong", "raw bytes", "unknown path", "unknown path in Chinese"}
REFUSED_BY_API_GATEWAY |= {"dots"}


@pytest.mark.parametrize("name", BATTERY)
def test_both_doors_answer_alike(gateway: Gateway, world: World, name: str) -> None:
    expected = essence(gateway.answer(BATTERY[name]))
    status, headers, body = essence(by_function_url(world.platform.app, BATTERY[name]))
    if name == "head":
        assert (status, headers, body) == (*expected[:2], b"")
    elif name in REFUSED_BY_API_GATEWAY:
        assert (status, body) == expected[::2]
    else:
        assert (status, headers, body) == expected


@pytest.mark.parametrize("name", BATTERY)
def test_every_answer_carries_the_security_headers(world: World, name: str) -> None:
    headers = dict(by_function_url(world.platform.app, BATTERY[name]).headers)
    own = {"Content-Security-Policy"} if name == "in Chinese" else set()
    expected = {each: text for each, text in front_door.SECURITY_HEADERS.items() if each not in own}
    assert expected.items() <= headers.items()
    assert headers["Vary"].endswith("Origin")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/octet-stream"])
def test_a_webhooks_signature_is_checked_over_the_very_bytes(world: World, kind: str) -> None:
    body = '{"id": "evt_1", "object": "event", "名": "知识" }'.encode()
    at = int(clock.timestamp())
    good = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret("stripe-webhook-secret"))
    for signature, code in ((good, "body_malformed"), ("0" * 64, "signature_invalid")):
        headers = {"Stripe_Signature": f"t={at},v1={signature}", "Content_Type": kind}
        answer = by_function_url(world.platform.app, asked("POST", "/v1/webhooks/stripe", body, **headers))
        assert (answer.status, json.loads(answer.body)["code"]) == (400, code)


def test_a_preflight_is_answered_for_the_origin_that_asks(world: World) -> None:
    wish = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    allowed = dict(by_function_url(world.platform.app, asked("OPTIONS", "/v1/works", Origin=ORIGIN, **wish)).headers)
    assert allowed["Access-Control-Allow-Origin"] == ORIGIN
    assert set(allowed["Access-Control-Allow-Methods"].split(",")) == {"GET", "POST", "OPTIONS"}
    assert "Authorization" in allowed["Access-Control-Allow-Headers"]
    foreign = dict(
        by_function_url(world.platform.app, asked("OPTIONS", "/v1/works", Origin="https://x.example")).headers
    )
    assert not [name for name in foreign if name.startswith("Access-Control")]


def test_cookies_arrive_as_a_header_and_leave_as_cookies(world: World) -> None:
    from chalice import Response

    app = FrontDoor()

    @app.route("/jar")
    def jar() -> Response:
        sent = app.current_request.headers["cookie"]
        return Response({"sent": sent}, headers={"Set-Cookie": ["a=1", "b=2"], "X-Many": ["1", "2"]})

    answer = by_function_url(app, asked("GET", "/jar", Cookie="c=3; d=4"))
    assert json.loads(answer.body) == {"sent": "c=3; d=4"}
    assert [text for name, text in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert dict(answer.headers)["X-Many"] == "1, 2"


def test_the_door_for_function_urls_and_the_content_domain_load_nothing_until_they_are_used() -> None:
    code = "import app, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "chalicelib.core.front_door" in loaded
    unused = {"chalicelib.core.function_url", "chalicelib.core.addresses", "chalicelib.content.content_domain"}
    assert not unused & set(loaded)
    assert "cryptography" not in loaded
