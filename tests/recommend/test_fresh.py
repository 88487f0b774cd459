"""Cards as they are now, beside those that somebody remembers."""

from typing import Any

from chalicelib.core import tables
from chalicelib.recommend import fresh, snapshots, storage
from tests.recommend.telling import published, withdrawn
from tests.world import World


def row() -> dict[str, Any]:
    (found,) = tables.batch_get([fresh.key()])
    return fresh.of(found)


def snapshot() -> dict[str, Any]:
    found = storage.read(snapshots.KEY)
    return snapshots.read(found.data if found else None)


def test_what_was_published_and_withdrawn_of_late_is_in_one_row(world: World) -> None:
    published("A")
    published("B")
    withdrawn("B")
    world.pump(duplicate=True, shuffle=5)
    assert {work_id: card and card.title for work_id, card in row().items()} == {"A": "On A", "B": None}
    assert snapshot() == {}


def test_a_new_price_is_in_the_row_with_its_version(world: World) -> None:
    published("A")
    published("A", version=2, prices={"usd": 1200})
    world.pump(shuffle=3)
    assert row()["A"].prices == {"usd": 1200}


def test_when_it_has_grown_it_is_merged_and_withdrawals_stay_until_memories_are_newer(world: World) -> None:
    for number in range(snapshots.MOST):
        published(f"W{number}")
    withdrawn("W0")
    world.pump()
    assert len(row()) == snapshots.MOST
    published("LAST")
    world.pump()
    assert row() == {"W0": None}
    kept = snapshot()
    assert len(kept) == snapshots.MOST + 1
    assert kept["W0"].card is None
    assert kept["LAST"].card.title == "On LAST"
    world.clock.advance(seconds=snapshots.MEMORY_SECONDS * snapshots.MARGIN + 1)
    published("LATER")
    world.pump()
    assert set(row()) == {"LATER"}


def test_what_comes_late_never_takes_the_place_of_what_is_newer(world: World) -> None:
    published("A", version=2, title="Second")
    for number in range(snapshots.MOST):
        published(f"W{number}")
    world.pump()
    assert snapshot()["A"].card.title == "Second"
    published("A", version=1, title="First")
    world.pump()
    assert row()["A"].title == "Second"
