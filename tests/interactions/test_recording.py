"""What readers do is recorded once, cheaply, and only on the word of who may say it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.interactions.claims import claim
from tests.recommend.telling import bought, rated
from tests.world import World

EVERY_KIND: list[dict[str, Any]] = [
    {"kind": "view", "work_id": "W1"},
    {"kind": "play", "work_id": "W1", "position": 30, "place": "lesson-2"},
    {"kind": "progress", "work_id": "W1", "fraction": 0.25, "position": 300, "duration": 1200},
    {"kind": "click", "work_id": "W1", "recommendation_id": "R1"},
    {"kind": "search", "text": "云计算"},
]


def history(world: World, person: Any, query: str = "") -> list[dict[str, Any]]:
    return list(world.get(f"/v1/me/history{query}", as_=person).json["items"])


def say(world: World, person: Any, *events: dict[str, Any]) -> Any:
    return world.post("/v1/interactions", {"events": list(events)}, as_=person)


def test_what_a_reader_did_is_in_their_history_newest_first(world: World) -> None:
    rui = world.reader()
    events = [claim(ago=100 - place, **said) for place, said in enumerate(EVERY_KIND)]
    reply = say(world, rui, *events)
    assert (reply.status, reply.json) == (202, {"recorded": 5, "outside_window": []})
    told = history(world, rui)
    assert [item["kind"] for item in told] == ["search", "click", "progress", "play", "view"]
    assert told[0]["text"] == "云计算"
    assert told[2]["fraction"] == 0.25
    assert history(world, world.reader("Other")) == []


def test_a_replayed_event_changes_nothing(world: World) -> None:
    rui = world.reader()
    events = [claim("view", "W1"), claim("play", "W1")]
    for _ in range(3):
        assert say(world, rui, *events, *events).status == 202
    assert len(history(world, rui)) == 2


def test_history_comes_in_pages(world: World) -> None:
    rui = world.reader()
    say(world, rui, *(claim("view", f"W{number}", ago=number) for number in range(7)))
    first = world.get("/v1/me/history?limit=4", as_=rui).json
    second = world.get(f"/v1/me/history?limit=4&cursor={first['next_cursor']}", as_=rui).json
    assert [item["work_id"] for item in first["items"] + second["items"]] == [f"W{number}" for number in range(7)]
    other = world.reader("Other")
    assert world.get(f"/v1/me/history?limit=4&cursor={first['next_cursor']}", as_=other).code == "bad_cursor"


@pytest.mark.parametrize("kind", ["purchase", "rating", "refund", ""])
def test_purchases_and_ratings_are_not_a_clients_to_claim(world: World, kind: str) -> None:
    rui = world.reader()
    reply = say(world, rui, claim(kind, "W1", rating=5))
    assert (reply.status, reply.code) == (422, "field_invalid")
    assert history(world, rui) == []


def test_a_time_that_cannot_be_is_left_out_and_named(world: World) -> None:
    rui = world.reader()
    old, future, good = claim("view", "W1", ago=8 * 86400), claim("view", "W1", ago=-3600), claim("view", "W1")
    reply = say(world, rui, old, future, good).json
    assert reply == {"recorded": 1, "outside_window": [old["event_id"], future["event_id"]]}
    assert len(history(world, rui)) == 1


def test_purchases_and_ratings_enter_from_facts_once(world: World) -> None:
    rui = world.reader()
    bought(rui, "W1", "W2")
    rated(rui, "W1", 4)
    rated(rui, "W1", None)
    world.pump(duplicate=True, shuffle=7)
    told = sorted((item["kind"], item["work_id"], item.get("rating")) for item in history(world, rui))
    assert told == [("purchase", "W1", None), ("purchase", "W2", None), ("rating", "W1", 4)]


def test_fifty_events_are_two_writes(world: World) -> None:
    rui = world.reader()
    events = [claim("view", f"W{number}") for number in range(50)]
    with world.platform.emulator.meter.counting() as calls:
        assert say(world, rui, *events).json["recorded"] == 50
    assert calls.of("dynamodb") == {"UpdateItem": 1, "BatchWriteItem": 2}, "one for the limit, one for 25 events"
    with world.platform.emulator.meter.counting() as calls:
        history(world, rui)
    assert calls.of("dynamodb") == {"Query": 1}


def test_more_than_fifty_are_refused(world: World) -> None:
    reply = say(world, world.reader(), *(claim("view", f"W{number}") for number in range(51)))
    assert reply.code == "field_invalid"


def test_the_limit_holds_for_an_account_under_parallel_calls(world: World) -> None:
    rui = world.reader()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: say(world, rui, claim("view", "W1")).status, range(75)))
    # A window may end while they run, and then the next one begins to count.
    assert set(statuses) == {202, 429}
    assert 60 <= statuses.count(202) <= 74
    assert say(world, world.reader("Other"), claim("view", "W1")).status == 202


def test_nobody_records_for_nobody(world: World) -> None:
    assert world.post("/v1/interactions", {"events": [claim("view", "W1")]}).status == 401
    assert world.get("/v1/me/history").status == 401
