"""What many do becomes popular, exactly once, and fades."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core import ids, tables
from chalicelib.recommend import popularity, ranking, works
from chalicelib.recommend.engine import Event, Heard
from chalicelib.recommend.models import WorkRow, work_key
from tests.interactions.claims import claim
from tests.recommend.telling import bought, does, popular, published, rated, withdrawn
from tests.world import World


def points(work_id: str) -> Any:
    (row,) = tables.batch_get([(WorkRow, work_key(work_id))], consistent=True)
    return works.points(row).amount


def test_a_new_work_is_shown_at_once_on_its_shelves_and_their_parents(world: World) -> None:
    published("A", subjects=["nutrition"])
    world.pump()
    assert popular(world) == popular(world, "nutrition") == popular(world, "medicine") == ["A"]
    assert popular(world, "law") == []


def test_what_is_bought_rises(world: World) -> None:
    rui = world.reader()
    published("A")
    published("B")
    world.pump()
    bought(rui, "B")
    world.pump()
    assert popular(world) == ["B", "A"]
    for person in (world.reader("Lin"), world.reader("Mei")):
        bought(person, "A")
    world.pump()
    assert popular(world) == popular(world, "nutrition") == ["A", "B"]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (("purchase", {}), ("rating", {"rating": 5})),
        (("rating", {"rating": 4}), ("progress", {"fraction": 1})),
        (("progress", {"fraction": 1}), ("progress", {"fraction": 0.5})),
        (("progress", {"fraction": 0.5}), ("play", {})),
        (("play", {}), ("click", {"recommendation_id": "R"})),
        (("click", {"recommendation_id": "R"}), ("view", {})),
    ],
)
def test_some_deeds_say_more_than_others(world: World, stronger: Any, weaker: Any) -> None:
    rui = world.reader()
    for work_id, (kind, said) in (("A", weaker), ("B", stronger)):
        published(work_id)
        if kind == "purchase":
            bought(rui, work_id)
        elif kind == "rating":
            rated(rui, work_id, said["rating"])
        else:
            does(world, rui, kind, work_id, **said)
    world.pump()
    assert popular(world) == ["B", "A"]


def test_a_low_rating_counts_for_nothing(world: World) -> None:
    published("A")
    world.pump()
    before = points("A")
    rated(world.reader(), "A", 3)
    world.pump()
    assert points("A") == before
    rated(world.reader("Lin"), "A", 4)
    world.pump()
    assert points("A") > before


def test_what_happens_later_outweighs_what_has_faded(world: World) -> None:
    rui = world.reader()
    for work_id in ("OLD", "SOON", "LATE"):
        published(work_id)
    bought(rui, "OLD")
    world.pump()
    world.clock.advance(days=3)
    rated(rui, "SOON", 5)
    world.pump()
    assert popular(world)[0] == "OLD", "25 faded by a quarter is more than 10 and 5 faded"
    world.clock.advance(days=11)
    rated(rui, "LATE", 5)
    world.pump()
    assert popular(world) == ["LATE", "OLD", "SOON"], "10 and 5 faded is more than 25 halved twice"


def test_facts_that_come_twice_and_in_any_order_count_once(world: World) -> None:
    people = [world.reader(name) for name in ("Rui", "Lin", "Mei")]
    moments = {}
    for attempt, how in enumerate([{}, {"duplicate": True, "shuffle": 1}, {"duplicate": True, "shuffle": 5}]):
        a, b, c = (f"{name}{attempt}" for name in "ABC")
        for work_id in (a, b, c):
            published(work_id)
        world.pump()
        bought(people[0], a, b)
        bought(people[1], a)
        rated(people[2], a, 5)
        for person in people:
            for work_id in (a, b, c):
                does(world, person, "view", work_id)
        does(world, people[1], "progress", b, fraction=0.5)
        world.pump(**how)
        moments[attempt] = [points(a), points(b), points(c)]
    plain = moments[0]
    assert moments[1] == pytest.approx(plain, rel=1e-4), "published seconds apart"
    assert moments[2] == pytest.approx(plain, rel=1e-4)


def test_one_account_counts_once_a_day_for_each_thing(world: World) -> None:
    rui = world.reader()
    published("A")
    published("B")
    bought(world.reader("Lin"), "B")
    for _ in range(25):
        does(world, rui, "view", "A")
    world.pump()
    assert popular(world) == ["B", "A"]


def test_an_author_cannot_make_their_own_work_popular(world: World) -> None:
    ada = world.author()
    published("OWN", authors=[{"author_id": ada.account_id, "name": "Ada"}])
    world.pump()
    before = points("OWN")
    does(world, ada, "play", "OWN")
    bought(ada, "OWN")
    world.pump()
    assert points("OWN") == before


def test_a_claim_about_an_unknown_work_leaves_nothing_but_a_purchase_that_came_first_counts(world: World) -> None:
    rui = world.reader()
    does(world, rui, "play", "NOWHERE")
    bought(rui, "SOON")
    world.pump()
    assert tables.batch_get([(WorkRow, work_key("NOWHERE"))]) == [None]
    published("OTHER")
    published("SOON")
    world.pump()
    assert popular(world) == ["SOON", "OTHER"]


def test_withdrawn_works_vanish_at_once_and_stay_away(world: World) -> None:
    published("A")
    published("B")
    world.pump()
    bought(world.reader(), "A")
    withdrawn("A")
    world.pump(duplicate=True)
    assert popular(world) == popular(world, "nutrition") == ["B"]
    bought(world.reader("Lin"), "A")
    published("A", version=1)
    world.pump()
    assert popular(world) == ["B"], "neither what happens to it nor an old fact brings it back"
    published("A", version=2)
    world.pump()
    assert popular(world) == ["A", "B"]


def test_a_withdrawal_that_comes_before_its_publication_holds(world: World) -> None:
    withdrawn("A")
    world.pump()
    published("A")
    world.pump()
    assert popular(world) == []


def test_a_new_version_shows_its_new_card_on_its_new_shelves(world: World) -> None:
    published("A", subjects=["nutrition"])
    world.pump()
    published("A", version=3, title="Third", subjects=["law"])
    world.pump()
    published("A", version=2, title="Second", subjects=["music"])
    world.pump()
    assert (popular(world, "nutrition"), popular(world, "music"), popular(world, "law")) == ([], [], ["A"])
    assert world.get("/v1/recommendations?subject=law").json["items"][0]["work"]["title"] == "Third"
    (row,) = tables.batch_get([(WorkRow, work_key("A"))])
    assert row.version == 3


def test_fifty_are_shown_and_the_next_come_up_when_others_go(world: World) -> None:
    for number in range(60):
        published(f"W{number:02d}", ago=number * 3600)
    world.pump()
    assert popular(world) == [f"W{number:02d}" for number in range(50)]
    for number in range(5):
        withdrawn(f"W{number:02d}")
    world.pump()
    assert popular(world) == [f"W{number:02d}" for number in range(5, 55)]


def test_events_that_are_told_at_once_are_all_counted(world: World) -> None:
    """Two workers at a time, on the same works and shelves."""
    for work_id in ("A", "B"):
        published(work_id)
    world.pump()
    start = points("A")
    moment = claim("view")["occurred_at"]
    crowd = [Heard(ids.new(), [Event("view", moment, moment, work_id) for work_id in ("A", "B")]) for _ in range(12)]

    def hear(heard: Heard) -> None:
        ranking.rerank(popularity.record(heard))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hear, crowd))
    assert points("A") == pytest.approx(points("B"), rel=1e-4)
    assert points("A") == pytest.approx(start + 12, rel=0.11), "a view counts as of its day's beginning"
    shown = world.get("/v1/recommendations").json["items"]
    assert {item["work"]["work_id"] for item in shown} == {"A", "B"}
