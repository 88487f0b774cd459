"""The aggregate is exactly the sum over the reviews that stand, whatever comes twice, late or in disorder."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core import ids
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.reviews import counting, hiding, writing
from chalicelib.reviews.models import Review, review_id
from chalicelib.reviews.shapes import NewReview
from tests.builders import a_published_work
from tests.reviews.holding import has
from tests.reviews.test_writing import aggregate
from tests.world import Person, World

DEEDS = (
    st.tuples(st.just("write"), st.integers(0, 2), st.integers(0, 5))
    | st.tuples(st.sampled_from(["delete", "hide", "show"]), st.integers(0, 2), st.none())
    | st.tuples(st.just("deliver"), st.booleans(), st.integers(0, 99))
)


def standing(work_id: str) -> tuple[int, int]:
    """How many reviews stand, and their sum, read from the reviews themselves."""
    ratings = [
        row.rating
        for row in Review.query(work_id, consistent_read=True)
        if row.rating is not None and not row.hidden_at
    ]
    return len(ratings), sum(ratings)


def do(work_id: str, person: Person, deed: str, rating: int | None) -> None:
    actor, mark = Actor(person.account_id), review_id(work_id, person.account_id)
    try:
        match deed:
            case "write":
                writing.write(actor, work_id, NewReview(rating=rating or 0))
            case "delete":
                writing.delete(actor, work_id)
            case "hide":
                hiding.hide(actor, work_id, mark, "because")
            case "show":
                hiding.show(actor, work_id, mark)
    except NotFound:
        pass


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(DEEDS, max_size=14), seed=st.integers(0, 99))
def test_whatever_the_history_the_aggregate_is_the_sum_over_the_reviews(
    world: World, history: list[Any], seed: int
) -> None:
    work_id = getattr(world, "work_id", None) or a_published_work(world)
    world.work_id = work_id  # type: ignore[attr-defined]
    people = [Person(ids.new(), "", "", "", "") for _ in range(3)]
    for person in people:
        has(person, work_id)
    for deed, who, more in history:
        if deed == "deliver":
            world.pump(duplicate=who, shuffle=more)
        else:
            do(work_id, people[who], deed, more)
    world.pump(duplicate=True, shuffle=seed)
    assert aggregate(world, work_id)[:2] == standing(work_id)


def test_counting_at_once_counts_once(world: World) -> None:
    """Many workers at the same reviews, while they are written anew."""
    work_id = a_published_work(world)
    people = [Person(ids.new(), "", "", "", "") for _ in range(3)]
    for person in people:
        has(person, work_id)

    def write_and_count(number: int) -> None:
        person = people[number % 3]
        do(work_id, person, "write", number % 6)
        with suppress(Conflict):  # the queue brings it again
            counting.count(work_id, review_id(work_id, person.account_id))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_and_count, range(24)))
    world.pump()
    assert aggregate(world, work_id)[:2] == standing(work_id)
    assert standing(work_id)[0] == 3
