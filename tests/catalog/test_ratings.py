"""The count and sum of a work's ratings."""

from concurrent.futures import ThreadPoolExecutor

from chalicelib.catalog import ratings
from chalicelib.core.transactions import all_or_nothing
from tests.builders import a_published_work
from tests.world import World


def count(work_id: str, old: int | None, new: int | None) -> None:
    with all_or_nothing() as tx:
        ratings.count(tx, work_id, old, new)


def rating(world: World, work_id: str) -> dict[str, object]:
    return dict(world.get(f"/v1/works/{work_id}").json["rating"])


def test_ratings_are_added_changed_and_taken_back(world: World) -> None:
    work_id = a_published_work(world)
    for old, new, left in (
        (None, 5, {"count": 1, "sum": 5, "average": 5.0}),
        (None, 0, {"count": 2, "sum": 5, "average": 2.5}),
        (0, 3, {"count": 2, "sum": 8, "average": 4.0}),
        (5, None, {"count": 1, "sum": 3, "average": 3.0}),
        (3, 3, {"count": 1, "sum": 3, "average": 3.0}),
        (3, None, {"count": 0, "sum": 0, "average": None}),
    ):
        count(work_id, old, new)
        assert rating(world, work_id) == left


def test_ratings_at_once_are_all_counted(world: World) -> None:
    work_id = a_published_work(world)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: count(work_id, None, 4), range(12)))
    assert rating(world, work_id) == {"count": 12, "sum": 48, "average": 4.0}
