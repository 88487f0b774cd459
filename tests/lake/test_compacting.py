"""What landed gets into its day once, whatever is retried, reordered, cut off or done by two at once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.core import aws, clock, settings
from chalicelib.core.records import JobFailed
from chalicelib.lake import days, landing
from tests.crashes import Cut, cut
from tests.lake.shore import (
    COMPACT,
    KEEP,
    SCHEDULED,
    a_fact,
    an_event,
    compacted,
    lines,
    lying,
    meanwhile,
    messages,
    reader_of,
    recorded,
    seen,
)
from tests.world import World


def test_an_event_is_a_line_of_the_day_on_which_it_was_recorded(world: World) -> None:
    event = an_event("e1", "W1", kind="click", recommendation_id="R1")
    recorded("A1", event, an_event("e2", "W2", kind="rating", ago=86_400, rating=4))
    compacted(world)
    today, yesterday = days.every()[::-1]
    assert today == event["recorded_at"][:10] > yesterday
    (line,) = lines(days.key(today))
    assert len(line.pop("event_id")) == 26
    assert line == {
        "reader": reader_of("A1"), "work_id": "W1", "kind": "click", "recommendation_id": "R1",
        "occurred_at": event["occurred_at"], "recorded_at": event["recorded_at"],
    }  # fmt: skip
    (line,) = lines(days.key(yesterday))
    assert (line["work_id"], line["rating"]) == ("W2", 4)
    assert lying("landing/") == []


@pytest.mark.parametrize(("fraction", "kind"), [(9_499, "progress"), (9_500, "finish"), (10_000, "finish")])
def test_progress_to_the_end_is_a_finish(world: World, fraction: int, kind: str) -> None:
    recorded("A1", an_event("e1", kind="progress", fraction=fraction))
    compacted(world)
    (line,) = lines("interactions/")
    assert (line["kind"], line["fraction"]) == (kind, fraction)


def test_a_late_event_opens_its_day_again(world: World) -> None:
    recorded("A1", an_event("e1", ago=5 * 86_400))
    compacted(world)
    before = lying()
    recorded("A2", an_event("e2", ago=5 * 86_400))
    compacted(world)
    assert lying() == before
    assert [reader for reader, *_ in seen()] == sorted([reader_of("A1"), reader_of("A2")])


def test_a_day_is_in_order_a_readers_events_together(world: World) -> None:
    for number in range(6):
        recorded(f"A{number % 3}", an_event(f"e{number}", ago=number))
        compacted(world)
    placed = [(line["reader"], line["occurred_at"]) for line in lines("interactions/")]
    assert placed == sorted(placed)


def a_history(seed: int) -> tuple[random.Random, list[tuple[str, dict[str, Any]]]]:
    chance = random.Random(seed)
    told = [
        (f"A{chance.randrange(6)}", an_event(f"e{number}", f"W{chance.randrange(9)}", ago=chance.randrange(4 * 86_400)))
        for number in range(60)
    ]
    return chance, told


def delivered(chance: random.Random, told: list[tuple[str, dict[str, Any]]]) -> list[list[str]]:
    """Every event in two facts or three, which are cut differently, come in disorder, and some of them twice."""
    bodies = []
    for _ in range(chance.randrange(2, 4)):
        chance.shuffle(told)
        for account_id in sorted({account_id for account_id, _ in told}):
            its = [event for owner, event in told if owner == account_id]
            while its:
                size = chance.randrange(1, 9)
                bodies.append(a_fact("interaction.recorded", account_id, events=its[:size]))
                its = its[size:]
    bodies += chance.sample(bodies, 5)
    chance.shuffle(bodies)
    batches = []
    while bodies:
        size = chance.randrange(1, 20)
        batches.append(bodies[:size])
        bodies = bodies[size:]
    return batches


def perhaps_cut(chance: random.Random, deed: Callable[[], Any]) -> None:
    """Cut off at some call to AWS, or not."""
    with suppress(Cut), cut(chance.randrange(1, 16), done=chance.random() < 0.5):
        deed()


@pytest.mark.parametrize("seed", range(8))
def test_each_event_is_there_once_whatever_happens_on_the_way(world: World, seed: int) -> None:
    chance, told = a_history(seed)
    for bodies in delivered(chance, told):
        batch = messages(*bodies)
        for _ in range(chance.randrange(3)):
            perhaps_cut(chance, lambda batch=batch: KEEP.invoke(batch))  # type: ignore[misc]
        KEEP.invoke(batch)
        while chance.random() < 0.4:
            perhaps_cut(chance, lambda: COMPACT.invoke(SCHEDULED))
    COMPACT.invoke(SCHEDULED)
    wanted = sorted((reader_of(account_id), "view", event["work_id"]) for account_id, event in told)
    assert seen() == wanted
    assert len({line["event_id"] for line in lines("interactions/")}) == len(told)
    assert all(
        line["recorded_at"].startswith(day) for day in days.every() for line in lines(days.key(day))
    )  # fmt: skip
    assert lying("landing/") == []


CALLS = ["ListObjectsV2", "GetObject", "GetObject", *["GetObject", "PutObject"] * 2, "HeadObject", "DeleteObjects"]
CALLS += ["GetObject", "ListObjectsV2"]


def two_days_landed(world: World) -> None:
    recorded("A1", an_event("e1"), an_event("e2", ago=86_400))
    world.pump()


def test_compacting_one_batch_of_two_days_makes_these_calls(world: World) -> None:
    two_days_landed(world)
    with cut() as wire:
        COMPACT.invoke(SCHEDULED)
    assert wire.calls == CALLS


def test_compacting_nothing_makes_three_calls(world: World) -> None:
    with cut() as wire:
        COMPACT.invoke(SCHEDULED)
    assert wire.calls == ["ListObjectsV2", "GetObject", "ListObjectsV2"]


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, len(CALLS) + 1))
def test_who_is_cut_off_anywhere_leaves_the_rest_to_who_comes_next(world: World, at: int, done: bool) -> None:
    two_days_landed(world)
    with suppress(Cut), cut(at, done=done):
        COMPACT.invoke(SCHEDULED)
    KEEP.invoke(messages(a_fact("interaction.recorded", "A2", events=[an_event("e3")])))
    COMPACT.invoke(SCHEDULED)
    assert seen() == sorted((reader_of(name), "view", "W1") for name in ("A1", "A1", "A2"))
    assert lying("landing/") == []


def test_two_at_once_lose_nothing_and_double_nothing(world: World) -> None:
    for number in range(24):
        KEEP.invoke(messages(a_fact("interaction.recorded", f"A{number}", events=[an_event(f"e{number}")])))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: COMPACT.invoke(SCHEDULED), range(2)))
    assert [reader for reader, *_ in seen()] == sorted(reader_of(f"A{number}") for number in range(24))
    assert lying("landing/") == []


@pytest.mark.parametrize("is_first", [True, False], ids=["of a new day", "of an old day"])
def test_who_was_overtaken_merges_into_what_is_there_then(world: World, is_first: bool) -> None:
    if not is_first:
        recorded("A0", an_event("e0"))
        compacted(world)

    def another() -> None:
        recorded("A2", an_event("e2"))
        compacted(world)

    recorded("A1", an_event("e1"))
    world.pump()
    with meanwhile("PutObject", "interactions/", another):
        COMPACT.invoke(SCHEDULED)
    assert [reader for reader, *_ in seen()] == sorted(map(reader_of, ["A0", "A1", "A2"][is_first:]))


def test_more_than_is_merged_at_once_comes_in_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PORTION_BYTES", 500)
    for number in range(7):
        KEEP.invoke(messages(a_fact("interaction.recorded", f"A{number}", events=[an_event(f"e{number}")])))
    assert 2 < len(list(landing.portions())) < 7
    COMPACT.invoke(SCHEDULED)
    assert len(seen()) == 7


def test_what_landed_and_cannot_be_read_stays_is_told_and_holds_up_nothing(world: World) -> None:
    s3, lake = aws.client("s3"), settings.bucket("lake")
    for name, data in (("0", b"no gzip"), ("1", b""), ("zz", b"\x1f\x8b\x08\x00half")):
        s3.put_object(Bucket=lake, Key=f"landing/{name}.json.gz", Body=data)
    recorded("A1", an_event("e1"))
    world.pump()
    with pytest.raises(JobFailed):
        world.platform.run_schedule("lake_compact")
    assert [reader for reader, *_ in seen()] == [reader_of("A1")]
    assert lying("landing/") == [f"landing/{name}.json.gz" for name in ("0", "1", "zz")]


def test_a_day_that_is_too_old_goes_however_lately_it_was_written(world: World) -> None:
    recorded("A1", an_event("e1"))
    compacted(world)
    world.clock.advance(days=399)
    recorded("A2", an_event("e2", ago=399 * 86_400))
    compacted(world)
    assert len(seen()) == 2
    world.clock.advance(days=2)
    world.platform.run_schedule("lake_compact")
    assert lying("interactions/") == []
    assert clock.now()
