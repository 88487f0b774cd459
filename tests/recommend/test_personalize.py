"""Where a stage says so, Amazon Personalize ranks: it hears within seconds what readers do, and may be away."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core import clock, settings
from chalicelib.core.pseudonyms import reader_of
from chalicelib.recommend import arns, asking
from infra.local import template
from tests.builders import a_published_work
from tests.lake.shore import an_event
from tests.recommend.personalized import WORKS, enough, fill_the_lake, set_up
from tests.recommend.telling import bought, does, personal, published, tell
from tests.world import Person, World

QUEUE = "personalize-facts"


@pytest.fixture
def library(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Forty works, forty readers of a past, and a stage that is told to ask Personalize."""
    for work_id in WORKS:
        published(work_id)
    fill_the_lake(enough())
    _, said = set_up(world.platform)
    for name, value in json.loads(f"{{{said}}}")["environment"].items():
        monkeypatch.setenv(name, value)
    subscription = _subscribe(world)
    world.pump()
    _ = world.platform.app
    yield world
    world.platform.client("sns").unsubscribe(SubscriptionArn=subscription)


def _subscribe(world: World) -> str:
    """As the template does for such a stage."""
    told = {"stage": "dev", "account": settings.account_id(), "region": settings.region()}
    resolved = template.Resolved(**told, parameters={"Recommender": "personalize"})
    (wanted,) = [each for each in resolved.properties_of("AWS::SNS::Subscription") if QUEUE in each["Endpoint"]]
    answer = world.platform.client("sns").subscribe(
        TopicArn=wanted["TopicArn"],
        Protocol="sqs",
        Endpoint=wanted["Endpoint"],
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted["FilterPolicy"])},
    )
    return str(answer["SubscriptionArn"])


def shown(world: World, person: Person) -> list[str]:
    return [work_id for work_id, _ in personal(world, person)]


def told(world: World, operation: str, *facts: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What Personalize is sent when these facts are heard."""
    for type, data in facts:
        tell(QUEUE, type, data.get("account_id") or data["work_id"], **data)
    with world.platform.emulator.meter.recording() as exchanges:
        world.pump()
    return [json.loads(each.request) for each in exchanges if each.call.name == f"personalize.{operation}"]


def recorded(account_id: str, *events: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "interaction.recorded", {"account_id": account_id, "events": list(events)}


def test_a_click_changes_the_next_answer(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "W05", ago=60)
    library.pump()
    before = shown(library, rui)
    assert "W05" not in before[:5]
    does(library, rui, "click", "W30", recommendation_id="R")
    library.pump()
    assert shown(library, rui) != before


def test_what_is_bought_or_dismissed_is_never_named(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "W05", ago=60)
    library.pump()
    first, second, *_ = shown(library, rui)
    bought(rui, first)
    does(library, rui, "dismiss", second)
    library.pump()
    assert {first, second}.isdisjoint(shown(library, rui))


def test_works_like_one_are_asked_for_by_that_one(library: World) -> None:
    work_id = a_published_work(library, library.author(), title="On tides", subjects=["law"])
    library.pump()
    with library.platform.emulator.meter.recording() as exchanges:
        items = library.get(f"/v1/works/{work_id}/similar?limit=5").json["items"]
    (asked,) = [json.loads(each.request) for each in exchanges if each.call.service == "personalize"]
    assert (asked["itemId"], asked["campaignArn"]) == (work_id, arns.of("campaign", "similar"))
    assert {item["reason"]["code"] for item in items} == {"similar"}
    assert len({item["work"]["work_id"] for item in items} - {work_id}) == 5


def test_works_are_put_into_the_readers_order(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "W05")
    library.pump()
    wanted = {"work_ids": ["UNKNOWN", "W25", "W06"]}
    reply = library.post("/v1/me/rankings", wanted, as_=rui)
    assert reply.json["work_ids"][-1] == "UNKNOWN"
    assert sorted(reply.json["work_ids"]) == sorted(wanted["work_ids"])


def test_an_answer_is_one_call_and_none_for_who_did_nothing(library: World) -> None:
    rui, lin = library.reader(), library.reader("Lin")
    does(library, rui, "view", "W05")
    library.pump()
    for person, asked in ((rui, {"GetRecommendations": 1}), (lin, {})):
        with library.platform.emulator.meter.counting() as calls:
            shown(library, person)
        assert calls.of("personalize") == asked


@pytest.mark.parametrize("how", ["throttled", "500", "dropped"])
def test_where_personalize_does_not_answer_it_is_asked_once_and_the_popular_is_shown(library: World, how: Any) -> None:
    rui = library.reader()
    does(library, rui, "view", "W05")
    library.pump()
    fault = library.platform.emulator.faults.fail("personalize", "GetRecommendations", times=5, how=how)
    assert set(shown(library, rui)) <= set(WORKS)
    assert fault.times == 4
    assert len(shown(library, rui)) == 20


def test_an_event_is_told_under_pseudonyms_with_the_id_that_it_has_in_the_lake(library: World) -> None:
    event = an_event("one", "W07", kind="click", recommendation_id="R1")
    (sent,) = told(library, "PutEvents", recorded("RUI", event))
    reader, at = reader_of("RUI"), clock.parse(event["occurred_at"])
    (only,) = sent.pop("eventList")
    assert sent == {
        "trackingId": settings.value("PERSONALIZE_TRACKING_ID"),
        "userId": reader,
        "sessionId": f"{reader}-{event['occurred_at'][:10]}",
    }
    assert len(only.pop("eventId")) == 26
    assert only == {
        "eventType": "click",
        "eventValue": 2,
        "itemId": "W07",
        "sentAt": int(at.timestamp()),
        "recommendationId": "R1",
    }


def test_an_event_that_comes_again_is_no_second_one(library: World) -> None:
    fact = recorded("RUI", an_event("one", "W07"))
    told(library, "PutEvents", fact)
    events = library.platform.emulator.personalize.state.events
    before = len(events)
    (again,) = told(library, "PutEvents", fact)
    assert (len(again["eventList"]), len(events)) == (1, before)


def test_ten_events_a_call_and_a_session_a_reader_and_day(library: World) -> None:
    events = [an_event(str(number), f"W{number:02}") for number in range(23)]
    yesterday = an_event("before", "W30", ago=86_400)
    sent = told(library, "PutEvents", recorded("RUI", yesterday, *events), recorded("LIN", an_event("one")))
    assert sorted(len(each["eventList"]) for each in sent) == [1, 1, 3, 10, 10]
    assert len({each["sessionId"] for each in sent}) == 3


def test_what_says_nothing_good_is_not_told(library: World) -> None:
    bad = an_event("one", kind="rating", rating=2)
    dismissed, restored = an_event("two", kind="dismiss"), an_event("three", kind="restore")
    good = an_event("four", "W08", kind="rating", rating=5)
    (sent,) = told(library, "PutEvents", recorded("RUI", bad, dismissed, restored, good))
    assert [(each["itemId"], each["eventValue"]) for each in sent["eventList"]] == [("W08", 10)]


def test_the_end_of_a_work_and_a_recommendations_long_id_are_told_as_personalize_takes_them(library: World) -> None:
    event = an_event("one", "W09", kind="progress", fraction=9_800, recommendation_id="R" * 64)
    (sent,) = told(library, "PutEvents", recorded("RUI", event))
    (only,) = sent["eventList"]
    assert (only["eventType"], "recommendationId" in only) == ("finish", False)


def test_a_work_is_told_as_it_stands_now_whatever_the_fact_said(library: World) -> None:
    ada = library.author()
    work_id = a_published_work(library, ada, title="On tides", subjects=["law"], summary="Of the sea.")
    library.pump()
    assert library.post(f"/v1/works/{work_id}/withdrawals", {"reason": "Old"}, as_=ada).status in (200, 201)
    (sent,) = told(library, "PutItems", ("work.published", {"work_id": work_id, "version": 1}))
    assert sent["datasetArn"] == arns.dataset("ITEMS")
    said = json.loads(sent["items"][0]["properties"])
    assert said["withdrawn"] == "True"
    assert (said["subjects"], said["authors"]) == ("law", reader_of(ada.account_id))
    assert said["description"] == "On tides\nOf the sea."


def test_while_personalize_does_not_take_events_they_wait(library: World) -> None:
    library.platform.emulator.faults.fail("personalize", "PutEvents", times=3, how="throttled")
    tell(QUEUE, "interaction.recorded", "RUI", account_id="RUI", events=[an_event("one", "W07")])
    library.pump()
    assert reader_of("RUI") in {row["USER_ID"] for row in library.platform.emulator.personalize.state.events.values()}


def test_where_our_own_engine_ranks_nothing_is_told(library: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECOMMENDER")
    assert told(library, "PutEvents", recorded("RUI", an_event("one", "W07"))) == []
    with library.platform.emulator.meter.counting() as calls:
        asking.rank(asking.Asked("NOBODY"))
    assert calls.of("personalize") == {}
