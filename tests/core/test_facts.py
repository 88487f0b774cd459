"""Facts reach the topic in as few calls as its limits allow, and each reader exactly those it listens for."""

import json

from chalicelib.core import facts, settings
from chalicelib.core.facts import Fact
from tests.platform_fixture import Platform


def fact(number: int, type: str = "work.published", size: int = 0) -> Fact:
    return Fact(id=str(number), type=type, subject="W", at="2026-11-24T00:00:00.000Z", data={"text": "x" * size})


def test_ten_small_facts_go_in_one_call(platform: Platform) -> None:
    with platform.emulator.meter.counting() as calls:
        facts.publish(fact(number) for number in range(20))
    assert calls.of("sns") == {"PublishBatch": 2}


def test_large_facts_share_no_call_that_would_be_too_large(platform: Platform) -> None:
    with platform.emulator.meter.counting() as calls:
        facts.publish(fact(number, size=100_000) for number in range(4))
    assert calls.of("sns") == {"PublishBatch": 2}


def test_a_reader_hears_only_what_it_listens_for(platform: Platform) -> None:
    facts.publish([fact(1), fact(2, "nobody.listens"), fact(3, "order.paid")])
    queue = settings.queue_url("library-facts")
    heard = platform.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    assert [json.loads(message["Body"])["id"] for message in heard] == ["1"]


def test_no_facts_make_no_call(platform: Platform) -> None:
    with platform.emulator.meter.counting() as calls:
        facts.publish([])
    assert calls.of("sns") == {}
