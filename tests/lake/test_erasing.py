"""What a reader erases leaves the lake, whenever it got there or gets there."""

from contextlib import suppress
from itertools import permutations
from typing import Any

import pytest

from chalicelib.lake import erasures
from tests.crashes import Cut, cut
from tests.interactions.claims import claim
from tests.interactions.test_recording import history, say
from tests.lake.shore import (
    COMPACT,
    SCHEDULED,
    an_event,
    compacted,
    deleted,
    erased,
    everything,
    lines,
    lying,
    meanwhile,
    reader_of,
    recorded,
    seen,
)
from tests.world import World


def readers() -> list[str]:
    return [reader for reader, *_ in seen()]


@pytest.mark.parametrize("order", list(permutations(["before", "erased", "after"])))
@pytest.mark.parametrize("together", [True, False], ids=["together", "one by one"])
def test_what_was_recorded_up_to_then_goes_and_what_came_later_stays(
    world: World, order: tuple[str, ...], together: bool
) -> None:
    """Whatever comes first, in one batch or with an hour between."""
    deeds: dict[str, Any] = {
        "before": lambda: recorded("A1", an_event("e1", "W1", ago=100), an_event("e2", "W2", ago=90_000)),
        "erased": lambda: erased("A1", ago=50),
        "after": lambda: recorded("A1", an_event("e3", "W3", ago=10)),
    }
    recorded("A2", an_event("e4", "W1", ago=100))
    for name in order:
        deeds[name]()
        if not together:
            compacted(world)
    compacted(world)
    assert seen() == sorted([(reader_of("A1"), "view", "W3"), (reader_of("A2"), "view", "W1")])


def test_an_older_erasure_that_comes_later_brings_nothing_back(world: World) -> None:
    erased("A1", ago=10)
    compacted(world)
    erased("A1", ago=100)
    compacted(world)
    recorded("A1", an_event("e1", ago=50))
    compacted(world)
    assert readers() == []


@pytest.mark.parametrize("order", [("done", "gone"), ("gone", "done")])
def test_one_thing_can_be_deleted(world: World, order: tuple[str, ...]) -> None:
    event, other = an_event("e1", "W1", ago=10), an_event("e2", "W2", ago=10)
    for name in order:
        recorded("A1", event, other) if name == "done" else deleted("A1", event)
        compacted(world)
    assert seen() == [(reader_of("A1"), "view", "W2")]


def test_what_is_done_anew_after_it_was_deleted_counts_again(world: World) -> None:
    event = an_event("e1", "W1", ago=100)
    anew = event | {"recorded_at": an_event("x", ago=10)["recorded_at"]}
    recorded("A1", event)
    compacted(world)
    recorded("A1", anew)
    deleted("A1", event)
    compacted(world)
    assert [line["recorded_at"] for line in lines("interactions/")] == [anew["recorded_at"]]


def test_erasing_is_told_by_the_readers_history_itself(world: World) -> None:
    rui, lin = world.reader(), world.reader("Lin")
    for person in (rui, lin):
        say(world, person, *(claim("view", f"W{number}") for number in range(5)))
    compacted(world)
    assert len(seen()) == 10
    item = next(item["id"] for item in history(world, rui) if item["work_id"] == "W3")
    assert world.delete(f"/v1/me/history/{item}", as_=rui).status == 204
    assert world.delete("/v1/me/history", as_=lin).status == 202
    compacted(world)
    assert seen() == sorted((reader_of(rui.account_id), "view", f"W{number}") for number in (0, 1, 2, 4))


def test_nothing_is_left_of_who_erased_all_but_a_pseudonym_for_a_while(world: World) -> None:
    for number in range(3):
        recorded("A1", an_event(f"e{number}", ago=number * 86_400))
    compacted(world)
    erased("A1")
    compacted(world)
    name = reader_of("A1").encode()
    assert everything().count(name) == 1
    assert lines("erasures/")[0]["reader"] == reader_of("A1")
    world.clock.advance(days=erasures.KEPT.days + 1)
    world.platform.run_schedule("lake_compact")
    assert everything().count(name) == 0


def test_only_days_that_the_reader_may_be_in_are_opened(world: World) -> None:
    for number in range(5):
        recorded("A2", an_event(f"e{number}", ago=number * 86_400))
    recorded("A1", an_event("x", ago=2 * 86_400))
    compacted(world)
    erased("A1")
    world.pump()
    with world.platform.emulator.meter.counting() as calls:
        COMPACT.invoke(SCHEDULED)
    assert readers() == [reader_of("A2")] * 5
    assert calls.of("s3")["PutObject"] == 2, "the list of what is erased, and one day"


def overtaken_by_an_erasure(world: World) -> Any:
    """One has read what is erased, and is about to write a day that the other, who erases, has done with before."""

    def another() -> None:
        erased("A1")
        compacted(world)

    recorded("A1", an_event("e1", ago=10))
    world.pump()
    return meanwhile("PutObject", "interactions/", another)


def test_an_erasure_that_overtakes_a_merge_is_not_missed(world: World) -> None:
    with overtaken_by_an_erasure(world):
        COMPACT.invoke(SCHEDULED)
    assert readers() == []
    assert lying("landing/") == []


def test_even_where_who_was_overtaken_is_cut_off_it_is_gone_before_the_erasure_is_forgotten(world: World) -> None:
    with overtaken_by_an_erasure(world), pytest.raises(Cut), cut(5, done=True):
        COMPACT.invoke(SCHEDULED)
    assert readers() == [reader_of("A1")]
    world.clock.advance(days=erasures.KEPT.days + 1)
    world.platform.run_schedule("lake_compact")
    assert lines("interactions/") == lines("erasures/") == []


def about_to_erase(world: World) -> None:
    recorded("A1", an_event("e1", ago=86_400), an_event("e2", ago=10))
    recorded("A2", an_event("e3", ago=10))
    compacted(world)
    recorded("A1", an_event("e4", ago=9))
    erased("A1")
    world.pump()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 21))
def test_who_is_cut_off_while_erasing_is_followed_by_who_ends_it(world: World, at: int, done: bool) -> None:
    about_to_erase(world)
    with suppress(Cut), cut(at, done=done):
        COMPACT.invoke(SCHEDULED)
    COMPACT.invoke(SCHEDULED)
    assert readers() == [reader_of("A2")]
    assert reader_of("A1") not in {line["reader"] for line in lines("interactions/")}
    assert lying("landing/") == []
