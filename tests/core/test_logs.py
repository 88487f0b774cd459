"""Lines can be followed from a request to all that it causes, are metrics where they count, and quote nobody."""

import contextvars
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.core import facts, logs
from chalicelib.core.log_lines import told
from tests.till import Shop
from tests.world import World

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """The lines written since the test began."""
    written = io.StringIO()
    logs.logger()
    for handler in logging.getLogger("lyceum").handlers:
        monkeypatch.setattr(handler, "stream", written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_answer_names_its_request_and_so_does_its_line(world: World, lines: Lines) -> None:
    reply = world.get("/v1/health")
    assert reply.headers["X-Request-Id"] == "test-request"
    (line,) = lines()
    assert (line["correlation_id"], line["resource"], line["code"]) == ("test-request", "GET /v1/health", 200)
    assert line["function"] == "api_handler"


def test_a_request_is_one_line_that_is_two_metrics(world: World, lines: Lines) -> None:
    world.get("/v1/works/none")
    (line,) = lines()
    assert metrics_of(line) == [
        ("Lyceum", {"stage": "dev", "status": "4xx"}, "Requests", 1),
        ("Lyceum", {"stage": "dev"}, "Latency", line["Latency"]),
    ]


def test_the_lines_of_a_purchase_follow_the_requests_that_caused_them(shop: Shop, lines: Lines) -> None:
    """The webhook's id goes through inbox, stream, order, fact, queue and outbox to the receipt's letter."""
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    asked(shop.world, "the-webhook")
    shop.arrives()
    done = [line for line in lines() if line["message"] == "task done"]
    assert {line["kind"] for line in done} == {"send_receipt", "order_paid"}
    assert {line["correlation_id"] for line in done} == {"the-webhook"}
    assert {line["function"] for line in done} == {"orders_carry_out", "mail_send"}
    assert "orders_tell" in {line["function"] for line in lines() if line.get("correlation_id") == "the-webhook"}


def test_a_fact_carries_the_request_that_caused_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[facts.Fact] = []
    publish = facts.publish

    def listen(told: Any) -> None:
        heard.extend(told := list(told))
        publish(told)

    monkeypatch.setattr(facts, "publish", listen)
    asked(shop.world, "the-review")
    shop.world.pump()
    shop.bought(shop.reader, shop.works["tides"])
    heard.clear()
    asked(shop.world, "the-rating")
    shop.world.put(f"/v1/works/{shop.works['tides']}/reviews/mine", {"rating": 4}, as_=shop.reader)
    shop.world.pump()
    assert {fact.type: fact.correlation_id for fact in heard}["review.written"] == "the-rating"
    assert {fact.correlation_id for fact in heard} == {"the-rating"}


def test_a_fact_of_the_version_before_is_still_heard() -> None:
    import msgspec

    old = b'{"id":"1","type":"t","subject":"s","at":"2026-01-01T00:00:00.000Z","data":{},"v":1}'
    assert msgspec.json.decode(old, type=facts.Fact).correlation_id == ""


def test_a_failing_line_says_which_task_and_whose(shop: Shop, lines: Lines) -> None:
    shop.world.platform.emulator.faults.fail("ses", "SendEmail", times=9)
    asked(shop.world, "the-reset")
    shop.world.post("/v1/password-resets", {"email": shop.reader.email})
    shop.world.pump(tolerate=True)
    failed = [line for line in lines() if line["message"] == "a message failed"]
    assert failed
    for line in failed:
        assert line["correlation_id"] == "the-reset"
        assert line["function"] == "mail_send"
        assert line["task"] and line["message_id"]
        assert ("Lyceum", {"stage": "dev"}, "RecordsFailed", 1) in metrics_of(line)


def test_sweepers_say_how_old_the_oldest_is_and_nothing_is_late_when_it_is_done(shop: Shop, lines: Lines) -> None:
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.fails("fail", "GET", times=3)
    shop.fake.deliver()
    shop.world.clock.advance(minutes=17)
    shop.world.platform.run_schedule("orders_sweep")
    shop.world.platform.run_schedule("outbox_sweep")
    shop.world.pump()
    shop.world.platform.run_schedule("orders_sweep")
    ages = [metrics_of(line) for line in lines() if "InboxAge" in line or "OutboxAge" in line]
    by_name = {}
    for ((_, dimensions, name, value),) in ages:
        assert dimensions == {"stage": "dev"}
        by_name.setdefault(name, []).append(value)
    assert 17 * 60 <= by_name["InboxAge"][0] < 18 * 60
    assert by_name["InboxAge"][-1] == 0
    assert by_name["OutboxAge"] == [0]


def test_a_record_that_waited_is_told_of_once_a_batch(shop: Shop, lines: Lines) -> None:
    shop.world.put(f"/v1/works/{shop.works['gift']}/reviews/mine", {"rating": 4}, as_=shop.reader)
    shop.ordered(shop.reader, shop.works["gift"])
    shop.world.clock.advance(minutes=3)
    shop.world.pump()
    late = [line for line in lines() if "RecordAge" in line]
    assert late
    assert all(line["RecordAge"] >= 180 and line["function"] for line in late)


def test_of_an_exception_of_others_only_its_kind_and_place_are_told() -> None:
    error = raised(lambda: {}["tom@example.com"])
    line = told(error)
    assert line["exception"] == "KeyError"
    assert "tom@example.com" not in json.dumps(line)
    assert line["stack"][-1].startswith("core/test_logs.py:")


def test_of_an_answer_of_aws_the_code_is_told_and_not_its_words() -> None:
    from botocore.exceptions import ClientError

    said = {"Error": {"Code": "MessageRejected", "Message": "tom@example.com is not verified"}}
    assert told(ClientError(said, "SendEmail"))["exception"] == "ClientError: SendEmail MessageRejected"


def test_a_cause_is_told_and_one_that_was_suppressed_is_not() -> None:
    caused, suppressed = RuntimeError("tom"), RuntimeError("tom")
    caused.__cause__ = ValueError("tom")
    suppressed.__context__ = ValueError("tom")
    suppressed.__suppress_context__ = True
    assert told(caused)["exception"] == "RuntimeError ← ValueError"
    assert told(suppressed)["exception"] == "RuntimeError"


def test_what_is_learnt_holds_to_the_end_of_the_block_around() -> None:
    contextvars.Context().run(learn_in_blocks)


def learn_in_blocks() -> None:
    with logs.within(correlation_id="a"):
        with logs.within(message_id="1"):
            logs.learn(correlation_id="b", task=None)
            assert logs.about() == {"correlation_id": "b", "message_id": "1"}
        assert logs.about() == {"correlation_id": "a"}
    assert logs.correlation_id() == ""


def test_what_alarms_watch_is_written_at_every_level(lines: Lines) -> None:
    logs.logger().setLevel("CRITICAL")
    try:
        logs.measure("OutboxAge", 3)
        logs.logger().error("no")
    finally:
        logs.logger().setLevel("INFO")
    assert [line["message"] for line in lines()] == ["measured"]


def test_an_answer_of_5xx_counts_at_every_level_and_others_do_not(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "tells_requests", lambda: False)
    logs.logger().setLevel("ERROR")
    try:
        world.get("/v1/health")
        world.platform.emulator.faults.fail("dynamodb", "UpdateItem", times=99)
        assert world.post("/v1/password-resets", {"email": "any@example.com"}).status == 503
    finally:
        world.platform.emulator.faults.clear()
        logs.logger().setLevel("INFO")
    (line,) = [line for line in lines() if line["message"] == "request"]
    assert metrics_of(line)[0] == ("Lyceum", {"stage": "dev", "status": "5xx"}, "Requests", 1)


def metrics_of(line: dict[str, Any]) -> list[tuple[str, dict[str, str], str, float]]:
    """What CloudWatch makes of a line, by its specification of the embedded metric format."""
    assert isinstance(line["_aws"]["Timestamp"], int)
    return [
        (directive["Namespace"], {name: line[name] for name in dimensions}, metric["Name"], line[metric["Name"]])
        for directive in line["_aws"]["CloudWatchMetrics"]
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    ]


def asked(world: World, request_id: str) -> None:
    """From now on requests have this id."""
    world.request_id = request_id


def raised(deed: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as found:
        deed()
    return found.value
