"""A reader's history is theirs to delete, whole or in part; and progress never goes back in time."""

from typing import Any

from chalicelib.core import tables
from chalicelib.interactions import progress
from tests.interactions.claims import claim
from tests.interactions.test_recording import history, say
from tests.world import Person, World


def how_far(person: Person, work_id: str) -> Any:
    (row,) = tables.batch_get([progress.key(person.account_id, work_id)])
    return progress.of(row)


def test_one_thing_can_be_deleted_by_its_owner_alone(world: World) -> None:
    rui, mallory = world.reader(), world.reader("Mallory")
    say(world, rui, claim("view", "W1"), claim("view", "W2", ago=5))
    first = history(world, rui)[0]["id"]
    assert world.delete(f"/v1/me/history/{first}", as_=mallory).status == 404
    assert world.delete(f"/v1/me/history/{first}", as_=rui).status == 204
    assert world.delete(f"/v1/me/history/{first}", as_=rui).status == 404
    assert [item["work_id"] for item in history(world, rui)] == ["W2"]


def test_all_of_it_can_be_erased_and_a_new_one_begins(world: World) -> None:
    rui, other = world.reader(), world.reader("Other")
    for person in (rui, other):
        say(world, person, *(claim("view", f"W{number}") for number in range(40)))
        say(world, person, claim("progress", "W1", fraction=0.5))
    world.pump()
    assert world.delete("/v1/me/history", as_=rui).status == 202
    world.clock.advance(seconds=1)
    say(world, rui, claim("progress", "W9", fraction=0.1))
    world.pump(duplicate=True)
    assert [item["work_id"] for item in history(world, rui)] == ["W9"]
    assert how_far(rui, "W1") is None
    assert how_far(rui, "W9").fraction == 0.1
    assert len(history(world, other, "?limit=50")) == 41
    assert how_far(other, "W1").fraction == 0.5


def test_progress_is_what_happened_last_in_whatever_order_it_came(world: World) -> None:
    rui = world.reader()
    say(world, rui, claim("progress", "W1", ago=10, fraction=0.8, position=80, place="lesson-3"))
    say(world, rui, claim("progress", "W1", ago=60, fraction=0.3, position=30))
    world.pump(duplicate=True)
    reached = how_far(rui, "W1")
    assert (reached.fraction, reached.position, reached.place) == (0.8, 80, "lesson-3")
    say(world, rui, claim("progress", "W1", fraction=0.2))
    world.pump()
    reached = how_far(rui, "W1")
    assert (reached.fraction, reached.position) == (0.2, None), "who begins again is at the beginning"
