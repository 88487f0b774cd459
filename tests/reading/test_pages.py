"""Personal pages: everything a reader needs of a work, or at home, with one read and for nobody else."""

from typing import Any

import pytest

from tests.builders import a_published_work
from tests.recommend.telling import bought, does, published
from tests.reviews.holding import has, loses
from tests.world import Person, World


@pytest.fixture
def ada(world: World) -> Person:
    return world.author()


def mine(world: World, person: Person, work_id: str) -> dict[str, Any]:
    reply = world.get(f"/v1/me/works/{work_id}", as_=person)
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "private, no-store")
    return dict(reply.json)


def home(world: World, person: Person) -> dict[str, Any]:
    reply = world.get("/v1/me/home", as_=person)
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "private, no-store")
    return dict(reply.json)


def test_a_work_of_mine_shows_access_progress_and_my_review(world: World, ada: Person) -> None:
    rex, rui = world.reviewer(), world.reader()
    work_id = a_published_work(world, ada, rex, subjects=["law"])
    other = a_published_work(world, ada, rex, subjects=["law"], title="Of contracts")
    has(rui, work_id)
    does(world, rui, "progress", work_id, fraction=0.4, position=12, place="lesson-2")
    world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": 5, "text": "Deep"}, as_=rui)
    world.pump()
    page = mine(world, rui, work_id)
    assert (page["access"]["granted"], page["access"]["bought"], page["access"]["version"]) == (True, True, 1)
    assert (page["progress"]["fraction"], page["progress"]["position"], page["progress"]["place"]) == (
        0.4,
        12,
        "lesson-2",
    )
    assert (page["review"]["rating"], page["review"]["text"]) == (5, "Deep")
    (pick,) = page["recommendations"]
    assert (pick["work"]["work_id"], pick["reason"]["subject"]) == (other, "law")


def test_a_work_that_is_not_mine_says_so_and_nothing_of_others(world: World, ada: Person) -> None:
    work_id = a_published_work(world, ada)
    rui, lin = world.reader(), world.reader("Lin")
    has(rui, work_id)
    world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": 5}, as_=rui)
    does(world, rui, "progress", work_id, fraction=0.4)
    world.pump()
    for page in (mine(world, lin, work_id), mine(world, lin, "no-such-work")):
        assert (page["access"]["granted"], page["progress"], page["review"]) == (False, None, None)
    loses(rui, work_id)
    assert mine(world, rui, work_id)["access"]["granted"] is False
    assert world.get(f"/v1/me/works/{work_id}").status == 401


def test_an_author_has_their_work_without_having_bought_it(world: World, ada: Person) -> None:
    work_id = a_published_work(world, ada)
    world.pump()
    access = mine(world, ada, work_id)["access"]
    assert (access["granted"], access["bought"]) == (True, False)


def test_home_begins_where_i_was(world: World) -> None:
    rui = world.reader(interests=["law"])
    for number, subject in enumerate(["law", "music", "law", "nutrition"]):
        published(f"W{number}", subjects=[subject], ago=number * 60)
    bought(world.reader("Lin"), "W2")
    world.pump()
    does(world, rui, "progress", "W1", ago=50, fraction=0.2, position=9)
    does(world, rui, "progress", "W3", ago=20, fraction=0.6)
    does(world, rui, "progress", "W3", ago=90, fraction=0.1)
    world.pump(duplicate=True, shuffle=4)
    page = home(world, rui)
    assert [(going["work_id"], going["title"], going["progress"]["fraction"]) for going in page["learning"]] == [
        ("W3", "On W3", 0.6),
        ("W1", "On W1", 0.2),
    ]
    assert page["learning"][1]["progress"]["position"] == 9
    assert [pick["work"]["work_id"] for pick in page["recommendations"]] == ["W2", "W0"], "law, and nothing begun"
    assert [pick["work"]["work_id"] for pick in page["newest"]] == ["W0", "W1", "W2", "W3"]
    does(world, rui, "progress", "W3", fraction=1)
    world.pump()
    assert [going["work_id"] for going in home(world, rui)["learning"]] == ["W1"], "what is finished is done"


def test_home_is_there_for_somebody_who_did_nothing_yet(world: World) -> None:
    page = home(world, world.reader())
    assert (page["learning"], page["recommendations"], page["newest"]) == ([], [], [])


def test_each_page_is_one_call_however_much_there_is(world: World, ada: Person) -> None:
    work_id = a_published_work(world, ada, subjects=["law"])
    rui = world.reader(interests=["law", "nutrition", "music"])
    has(rui, work_id)
    for size in (5, 40):
        for number in range(size):
            published(f"W{size}-{number}")
            does(world, rui, "progress", f"W{size}-{number}", fraction=0.5)
            if number % 30 == 29:
                world.clock.advance(seconds=61)
        world.pump()
        for path in (f"/v1/me/works/{work_id}", "/v1/me/home"):
            with world.platform.emulator.meter.counting() as calls:
                assert world.get(path, as_=rui).status == 200
            assert calls.of("dynamodb") == {"BatchGetItem": 1}, path
