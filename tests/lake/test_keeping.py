"""A batch of facts is one object, whatever is in it; what cannot be read is put aside and holds up nothing."""

import gzip
import io
import json
import logging
from typing import Any

import pytest

from chalicelib.core import logs, settings
from chalicelib.core.records import JobFailed
from infra import on_stage
from infra.operation.redrive import redrive
from tests.lake.shore import KEEP, a_fact, an_event, erased, fetched, lying, messages, reader_of, recorded, seen
from tests.world import World


def number_in(world: World, queue: str) -> int:
    asked = world.platform.client("sqs").get_queue_attributes(
        QueueUrl=settings.queue_url(queue), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(asked["Attributes"]["ApproximateNumberOfMessages"])


def test_a_batch_is_one_write_whatever_it_says(world: World) -> None:
    for number in range(40):
        recorded(f"ACCOUNT{number}", *(an_event(f"e{number}-{place}", ago=place * 40_000) for place in range(5)))
    erased("ACCOUNT1")
    with world.platform.emulator.meter.counting() as calls:
        world.pump()
    assert calls.of("s3") == {"PutObject": 1}
    assert len(lying("landing/")) == 1


def test_nothing_to_keep_costs_nothing(world: World) -> None:
    recorded("ACCOUNT", {name: text for name, text in an_event("e").items() if name != "work_id"} | {"kind": "search"})
    with world.platform.emulator.meter.counting() as calls:
        world.pump()
    assert calls.of("s3") == {}


def test_a_batch_that_comes_again_in_another_order_lands_on_itself(world: World) -> None:
    bodies = [a_fact("interaction.recorded", f"A{n}", events=[an_event(f"e{n}")]) for n in range(5)]
    KEEP.invoke(messages(*bodies))
    KEEP.invoke(messages(*reversed(bodies)))
    KEEP.invoke(messages(*bodies, bodies[0]))
    assert len(lying("landing/")) == 1


def test_what_lands_names_no_account_and_no_order(world: World) -> None:
    recorded("ACCOUNT-1", an_event("ORDER-7.W1", kind="purchase"))
    erased("ACCOUNT-2")
    world.pump()
    (key,) = lying("landing/")
    text = gzip.decompress(fetched(key)).decode()
    assert reader_of("ACCOUNT-1") in text and reader_of("ACCOUNT-2") in text
    assert "ACCOUNT" not in text and "ORDER" not in text


def test_what_cannot_be_read_comes_again_alone(world: World) -> None:
    good = [a_fact("interaction.recorded", f"A{n}", events=[an_event(f"e{n}")]) for n in range(3)]
    bad = [
        "no fact",
        a_fact("interaction.recorded", "A9", events=[{"moment": 7}]),
        a_fact("interaction.recorded", "A9", events=[an_event("e9") | {"recorded_at": "yesterday"}]),
        a_fact("history.erased", "A9"),
    ]
    answer = KEEP.invoke(messages(bad[0], good[0], *bad[1:], *good[1:]))
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["0", "2", "3", "4"]
    world.platform.run_schedule("lake_compact")
    assert [reader for reader, *_ in seen()] == sorted(reader_of(f"A{n}") for n in range(3))


def test_where_nothing_can_be_written_the_whole_batch_comes_again(world: World) -> None:
    world.platform.emulator.faults.fail("s3", "PutObject", times=9)
    with pytest.raises(JobFailed):
        KEEP.invoke(messages(a_fact("interaction.recorded", "A1", events=[an_event("e1")])))


def test_poison_is_counted_put_aside_and_can_be_brought_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    logs.logger()
    for handler in logging.getLogger("lyceum").handlers:
        monkeypatch.setattr(handler, "stream", written)
    broken: Any = an_event("e1") | {"recorded_at": "yesterday"}
    recorded("A1", broken)
    recorded("A2", an_event("e2"))
    world.pump(tolerate=True)
    assert (number_in(world, "lake-facts"), number_in(world, "lake-facts-dlq")) == (0, 1)
    world.platform.run_schedule("outbox_sweep")
    said = [json.loads(line) for line in written.getvalue().splitlines()]
    assert sum(line.get("RecordsFailed", 0) for line in said) == 8
    assert [line["queues"] for line in said if "DeadLetters" in line] == ["lake-facts"]
    assert "A1" not in written.getvalue()

    on_stage.account.cache_clear()
    assert redrive("lake-facts", said.append) == 0
    on_stage.account.cache_clear()
    assert number_in(world, "lake-facts") == 1
    world.platform.run_schedule("lake_compact")
    assert [reader for reader, *_ in seen()] == [reader_of("A2")]
