"""The recommender hears the lake's days again: nothing counts twice, and what was lost comes back."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock, settings
from chalicelib.recommend.models import reader_key
from infra.deploy.errors import Stopped
from infra.lake import replaying
from infra.local import emulated_state
from infra.local.weighing import plain
from tests.lake.shore import compacted
from tests.recommend.telling import bought, does, published, rated
from tests.world import World


def recommendations() -> dict[str, Any]:
    """Every row, by its key."""
    (table,) = [table for table in emulated_state.tables() if table.name == settings.table("recommendations")]
    return {item.hash_key.value: plain(item) for item in table.all_items()}


def replayed(world: World, before: int = 0) -> int:
    today = clock.now().date()
    told = replaying.replay(today - timedelta(days=before), today, lambda line: None)
    world.pump()
    return told


def a_few_days(world: World) -> None:
    rui, lin = world.reader(), world.reader("Lin")
    for work_id in ("A", "B", "C"):
        published(work_id)
    for _ in range(2):
        for kind, said in (("view", {}), ("play", {"position": 7}), ("progress", {"fraction": 1})):
            does(world, rui, kind, "A", **said)
        does(world, lin, "progress", "B", fraction=0.4, position=40, place="lesson-2")
        bought(lin, "C")
        rated(lin, "C", 5)
        compacted(world)
        world.clock.advance(days=1)
        for person in (rui, lin):
            world.signs_in(person)


def test_what_was_counted_is_not_counted_again(world: World) -> None:
    a_few_days(world)
    before = recommendations()
    assert len(before) > 9
    told = replayed(world, before=3)
    assert told == 12
    assert recommendations() == before
    assert replayed(world, before=3) == 12
    assert recommendations() == before


def test_what_was_lost_comes_back(world: World) -> None:
    a_few_days(world)
    before = recommendations()
    lost = [key for key in before if key.startswith(reader_key(""))]
    for key in lost:
        world.platform.client("dynamodb").delete_item(
            TableName=settings.table("recommendations"), Key={"owner": {"S": key}}
        )
    assert set(recommendations()) == set(before) - set(lost)
    replayed(world, before=3)
    assert set(recommendations()) == set(before)


def test_days_that_are_not_named_are_not_told(world: World) -> None:
    a_few_days(world)
    assert replayed(world, before=1) == 6


def test_who_has_no_account_any_more_is_left_out_and_counted(world: World) -> None:
    from tests.lake.shore import an_event, recorded

    recorded("NOBODY", an_event("e1"))
    compacted(world)
    said: list[str] = []
    today = clock.now().date()
    assert replaying.replay(today, today, said.append) == 0
    assert said[0].endswith("0 events; 1 readers have no account any more")


def test_a_day_of_which_the_counts_may_be_forgotten_is_refused(world: World) -> None:
    today = clock.now().date()
    replaying.replay(today - replaying.EXACT, today, lambda line: None)
    with pytest.raises(Stopped, match="would count again"):
        replaying.replay(today - replaying.EXACT - timedelta(days=1), today, lambda line: None)
