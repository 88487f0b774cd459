"""One declaration brings authorisation, validation, problem JSON, caching and idempotency."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from chalice import Blueprint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from chalicelib.core import web
from chalicelib.core.actors import Actor, Role, Who
from chalicelib.core.errors import Refusal, Unauthenticated
from chalicelib.core.front_door import FrontDoor
from chalicelib.core.idempotency import Once
from chalicelib.core.limits import Limit
from chalicelib.core.transactions import all_or_nothing
from chalicelib.core.web import Answer, created, ok, route
from tests.platform_fixture import Platform
from tests.world import Reply, api_event


class Order(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=5)]
    price: Annotated[int, Meta(ge=0)]


class Filter(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class Door:
    """An app of its own, with the routes that these tests declare."""

    def __init__(self) -> None:
        self.app = FrontDoor()
        self.room = Blueprint(__name__)
        self.made = 0

    def opened(self) -> "Door":
        self.app.register_blueprint(self.room)
        return self

    def call(self, method: str, path: str, body: str | None = None, **headers: str) -> Reply:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = self.app(api_event(self.app.routes, method, path, sent, body), None)
        return Reply(answer["statusCode"], answer["headers"], answer["body"])


@pytest.fixture
def door(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(web, "declarations", [])
    monkeypatch.setattr(web, "_gates", [_gate])
    yield Door()


def _gate(token: str, *, fresh: bool) -> Actor:
    if token not in set(Role):
        raise Unauthenticated
    return Actor(f"account-{token}", frozenset({Role.READER, Role(token)}))


def _open(door: Door) -> Door:
    @route(door.room, "POST", "/orders", who=Who.READER, body=Order, answers={201: Order}, once=True)
    def order(body: Order, once: Once) -> Answer:
        door.made += 1
        with all_or_nothing() as tx:
            once.claim(tx)
        answer = created(body, "/orders/1")
        with all_or_nothing() as tx:
            once.settle(tx, answer.status, json.dumps({"title": body.title, "price": body.price}).encode(), "/orders/1")
        return answer

    @route(door.room, "GET", "/lists/{name}", who=Who.ANYONE, query=Filter, answers={200: Filter}, public_seconds=60)
    def read_list(query: Filter, name: str) -> Answer:
        return ok(query)

    @route(door.room, "GET", "/broken", who=Who.ANYONE, answers={200: None})
    def break_down() -> Answer:
        raise ZeroDivisionError("a secret detail")

    @route(door.room, "GET", "/few", who=Who.ANYONE, answers={200: None}, limit=Limit(2, 60))
    def be_rare() -> Answer:
        return ok(None)

    for who in (Who.AUTHOR, Who.REVIEWER, Who.ADMIN):
        route(door.room, "GET", f"/{who}", who=who, answers={200: None})(lambda: ok(None))
    return door.opened()


GOOD = '{"title":"Tao","price":900}'


@pytest.mark.parametrize(
    ("who", "token", "status"),
    [
        ("author", "author", 200),
        ("author", "reader", 403),
        ("author", "admin", 403),
        ("reviewer", "reviewer", 200),
        ("reviewer", "admin", 200),
        ("reviewer", "author", 403),
        ("admin", "admin", 200),
        ("admin", "reviewer", 403),
        ("admin", "nobody", 401),
    ],
)
def test_a_route_lets_in_whom_it_names(door: Door, who: str, token: str, status: int) -> None:
    assert _open(door).call("GET", f"/{who}", authorization=f"Bearer {token}").status == status


def test_without_a_gate_nobody_comes_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_gates", [])
    assert _open(door).call("GET", "/admin", authorization="Bearer admin").code == "unauthenticated"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ("", 400, "body_malformed", None),
        ("{", 400, "body_malformed", None),
        ('{"title":"\\ud800","price":1}', 400, "body_malformed", None),
        ("[" * 100_000, 422, "field_invalid", "body"),
        ("{}", 422, "field_invalid", "title"),
        ("[]", 422, "field_invalid", "body"),
        ('{"title":"Tao","price":9.5}', 422, "field_invalid", "price"),
        ('{"title":"Tao","price":-1}', 422, "field_invalid", "price"),
        ('{"title":"too long","price":1}', 422, "field_invalid", "title"),
        ('{"title":"Tao","price":1,"discount":1}', 422, "field_invalid", "discount"),
        ("x" * 300_000, 413, "too_large", None),
    ],
)
def test_a_bad_body_is_refused_with_the_field_at_fault(
    door: Door, body: str, status: int, code: str, field: str | None
) -> None:
    for language, script in (("en", "A"), ("zh-CN,zh;q=0.9,en;q=0.8", "一")):
        reply = _open_once(door).call(
            "POST", "/orders", body, authorization="Bearer reader", idempotency_key="12345678", accept_language=language
        )
        assert (reply.status, reply.code) == (status, code)
        assert [entry["field"] for entry in reply.json.get("errors", [])] == ([field] if field else [])
        assert any(letter >= script for letter in reply.json["detail"])
        assert reply.headers["Content-Type"] == "application/problem+json"


def _open_once(door: Door) -> Door:
    return door if door.app.routes else _open(door)


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=ten", "nonsense=1", "limit="])
def test_a_bad_query_is_refused(door: Door, query: str) -> None:
    assert _open(door).call("GET", f"/lists/a?{query}").status == 422


@pytest.mark.parametrize("name", ["%00", "a b", "../../x", "é", "x" * 200, "-rf"])
def test_a_path_that_names_nothing_possible_is_not_found(door: Door, name: str) -> None:
    event = api_event(_open(door).app.routes, "GET", "/lists/x", {}, None)
    event["pathParameters"]["name"] = name
    assert door.app(event, None)["statusCode"] == 404


def test_a_public_page_answers_304_while_it_is_the_same(door: Door) -> None:
    page = _open(door).call("GET", "/lists/a?limit=3")
    assert page.headers["Cache-Control"] == "public, max-age=60"
    for tag in (page.headers["ETag"], f"W/{page.headers['ETag']}", f'"old", {page.headers["ETag"]}', "*"):
        assert door.call("GET", "/lists/a?limit=3", if_none_match=tag).status == 304
    assert door.call("GET", "/lists/a?limit=4", if_none_match=page.headers["ETag"]).status == 200


def test_only_reading_answers_304(door: Door) -> None:
    @route(door.room, "PATCH", "/titles", who=Who.READER, body=Order, answers={200: Order})
    def rename(body: Order) -> Answer:
        return ok(body, ETag='"1"')

    reply = door.opened().call("PATCH", "/titles", GOOD, authorization="Bearer reader", if_none_match='"1"')
    assert (reply.status, reply.json["title"]) == (200, "Tao")


def test_what_breaks_tells_nothing_but_a_request_id(door: Door) -> None:
    reply = _open(door).call("GET", "/broken")
    assert (reply.status, reply.code) == (500, "internal_error")
    assert "secret" not in reply.body
    assert "test-request" in reply.json["detail"]


def test_chalices_own_refusals_speak_our_words(door: Door) -> None:
    reply = _open(door).call("PUT", "/lists/a", accept_language="zh")
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "method_not_allowed", "GET")
    wrong_type = door.call(
        "POST", "/orders", GOOD, authorization="Bearer reader", idempotency_key="12345678", content_type="text/plain"
    )
    assert wrong_type.code == "unsupported_media_type"


def test_a_limit_counts_by_address(door: Door) -> None:
    replies = [_open_once(door).call("GET", "/few") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert int(replies[-1].headers["Retry-After"]) <= 60
    assert door.call("GET", "/few", x_test_ip="198.51.100.1").status == 200


def ordered(door: Door, key: str | None = "12345678", body: str = GOOD, token: str = "reader") -> Reply:
    keyed: dict[str, str] = {"idempotency_key": key} if key is not None else {}
    return _open_once(door).call("POST", "/orders", body, authorization=f"Bearer {token}", **keyed)


def test_the_same_key_gets_the_same_answer_and_nothing_is_done_again(door: Door) -> None:
    first, second = ordered(door), ordered(door)
    assert (first.status, first.json, first.headers["Location"]) == (201, second.json, second.headers["Location"])
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(door: Door) -> None:
    ordered(door)
    assert ordered(door, body='{"title":"Te","price":1}').code == "idempotency_key_reused"


def test_a_key_belongs_to_one_account(door: Door) -> None:
    ordered(door)
    other = ordered(door, body='{"title":"Te","price":1}', token="author")
    assert (other.status, other.json["title"]) == (201, "Te")


@pytest.mark.parametrize("key", [None, "", "short", "x" * 129, "ключ-ключ", "with\x07bell"])
def test_a_route_that_spends_demands_a_key(door: Door, key: str | None) -> None:
    assert ordered(door, key).code == "idempotency_key_missing"


def test_a_key_is_forgotten_after_a_day(door: Door, platform: Platform) -> None:
    ordered(door)
    platform.clock.advance(hours=25)
    assert ordered(door, body='{"title":"Te","price":1}').json["title"] == "Te"


def test_a_try_that_is_still_running_answers_409_and_a_broken_one_is_taken_over(door: Door, platform: Platform) -> None:
    seen: list[Any] = []

    @route(door.room, "POST", "/slow", who=Who.READER, body=Order, answers={201: Order}, once=True)
    def start(body: Order, once: Once) -> Answer:
        seen.append((once.subject, once.resumed))
        if not once.resumed:
            with all_or_nothing() as tx:
                once.claim(tx)
            raise ZeroDivisionError
        return created(body, "/slow/1")

    door.opened()
    call = lambda: door.call("POST", "/slow", GOOD, authorization="Bearer reader", idempotency_key="12345678")  # noqa: E731
    assert [call().status, call().code] == [500, "still_running"]
    platform.clock.advance(seconds=61)
    assert call().status == 201
    assert seen[-1] == (seen[0][0], True)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_body_breaks_anything(door: Door, body: str) -> None:
    reply = ordered(door, "hypothesis", body)
    assert reply.status < 500


def test_every_refusal_speaks_both_languages(platform: Platform) -> None:
    assert platform.app
    for kind in _every(Refusal):
        assert kind.__doc__, kind
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in kind.en), kind
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.zh) or kind.zh.startswith("{"), kind


def _every(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(_every(child) for child in kind.__subclasses__()))


def test_the_document_names_no_shape_that_it_does_not_hold(platform: Platform) -> None:
    document = json.loads(platform.answer(api_event(platform.app.routes, "GET", "/openapi.json", {}, None))["body"])
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named - document["components"]["schemas"].keys() == set()
