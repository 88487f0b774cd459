"""Recommendations over HTTP: one read each, with a reason; the public ones for caches, the personal ones for one."""

from datetime import timedelta

from chalicelib.core import clock
from tests.interactions.claims import claim
from tests.recommend.telling import bought, does, personal, popular, published, tell, withdrawn
from tests.world import World


def test_the_public_answer_says_why_and_can_be_cached(world: World) -> None:
    published("A")
    world.pump()
    reply = world.get("/v1/recommendations?subject=nutrition")
    assert reply.headers["Cache-Control"] == "public, max-age=60"
    (item,) = reply.json["items"]
    assert item["reason"] == {
        "code": "popular_in_subject",
        "subject": "nutrition",
        "en": "Popular in Nutrition this week",
        "zh": "本周营养学热门",
        "work_id": None,
    }
    assert item["work"]["title"] == "On A"
    again = world.get("/v1/recommendations?subject=nutrition", headers={"if-none-match": reply.headers["ETag"]})
    assert again.status == 304, "the same until the shelf changes, its id too"
    bought(world.reader(), "A")
    published("B")
    world.pump()
    assert (
        world.get("/v1/recommendations?subject=nutrition").json["recommendation_id"] != reply.json["recommendation_id"]
    )


def test_a_reader_sees_what_they_care_for_first_in_turns(world: World) -> None:
    rui = world.reader(interests=["law", "music"])
    published("NUT1", subjects=["nutrition"])
    published("LAW1", subjects=["law"])
    published("LAW2", subjects=["law"], ago=3600)
    published("MUS1", subjects=["music"], ago=7200)
    bought(world.reader("Lin"), "NUT1", "LAW1")
    world.pump()
    assert personal(world, rui) == [("LAW1", "law"), ("MUS1", "music"), ("LAW2", "law"), ("NUT1", None)]


def test_a_reader_is_not_shown_what_they_have_or_wrote(world: World) -> None:
    ada = world.author()
    published("OWN", authors=[{"author_id": ada.account_id, "name": "Ada"}])
    published("BOUGHT")
    published("BEGUN")
    published("SEEN")
    bought(ada, "BOUGHT")
    does(world, ada, "progress", "BEGUN", fraction=0.1)
    does(world, ada, "view", "SEEN")
    world.pump()
    assert personal(world, ada) == [("SEEN", None)]
    assert set(popular(world)) == {"OWN", "BOUGHT", "BEGUN", "SEEN"}


def test_what_was_bought_is_not_recommended_again_after_a_hundred_other_works(world: World) -> None:
    ada = world.reader()
    published("BOUGHT")
    bought(ada, "BOUGHT")
    world.clock.advance(minutes=2)
    for first in range(0, 120, 40):
        events = [claim("view", f"W{number}") for number in range(first, first + 40)]
        assert world.post("/v1/interactions", {"events": events}, as_=ada).status == 202
    world.pump()
    assert ("BOUGHT", None) not in personal(world, ada)


def test_withdrawn_works_leave_the_personal_answer_too(world: World) -> None:
    rui = world.reader(interests=["nutrition"])
    published("A")
    world.pump()
    assert personal(world, rui) == [("A", "nutrition")]
    withdrawn("A")
    world.pump()
    assert personal(world, rui) == []


def test_a_click_on_a_recommendation_is_taken_with_its_id(world: World) -> None:
    rui = world.reader()
    published("A")
    world.pump()
    given = world.get("/v1/me/recommendations", as_=rui)
    assert given.headers["Cache-Control"] == "private, no-store"
    does(world, rui, "click", "A", recommendation_id=given.json["recommendation_id"])
    public = world.get("/v1/recommendations").json["recommendation_id"]
    does(world, rui, "click", "A", recommendation_id=public)


def test_what_was_erased_is_forgotten_here_too(world: World) -> None:
    rui = world.reader()
    published("A")
    published("B", ago=60)
    does(world, rui, "progress", "A", fraction=0.5)
    world.pump()
    assert personal(world, rui) == [("B", None)]
    world.clock.advance(seconds=1)
    world.delete("/v1/me/history", as_=rui)
    world.pump(duplicate=True, shuffle=2)
    assert sorted(personal(world, rui)) == [("A", None), ("B", None)]
    before = clock.rfc3339(clock.now() - timedelta(seconds=5))
    late = {"moment": "m", "kind": "progress", "work_id": "A", "occurred_at": before, "recorded_at": before}
    tell("recommend-facts", "interaction.recorded", "R", account_id=rui.account_id, events=[late])
    world.pump()
    assert sorted(personal(world, rui)) == [("A", None), ("B", None)], "what was on its way when all was erased"


def test_each_answer_is_one_call(world: World) -> None:
    rui = world.reader(interests=["law", "nutrition"])
    for number in range(30):
        published(f"W{number}")
    world.pump()
    for path, person in (
        ("/v1/recommendations", None),
        ("/v1/recommendations?subject=nutrition", None),
        ("/v1/me/recommendations", rui),
    ):
        with world.platform.emulator.meter.counting() as calls:
            assert world.get(path, as_=person).status == 200
        assert calls.of("dynamodb") == {"BatchGetItem": 1}, path


def test_odd_queries_are_told_what_is_wrong(world: World) -> None:
    for query in ("limit=0", "limit=51", "limit=x", "subject=%E6%B3%95", "subject=A", "subject=" + "a" * 41):
        assert world.get(f"/v1/recommendations?{query}").code == "field_invalid", query
    assert world.get("/v1/recommendations?subject=no-such-thing").json["items"] == []
    assert world.get("/v1/me/recommendations").status == 401
