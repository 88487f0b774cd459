"""What the interactions table tells the other rooms, heard at the end of a real queue."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core import settings
from tests.interactions.claims import claim
from tests.interactions.test_recording import say
from tests.world import World


@pytest.fixture
def heard(world: World) -> Iterator[Any]:
    """Everything that the topic carries, in a queue of this test's own."""
    sqs, sns = world.platform.client("sqs"), world.platform.client("sns")
    url = sqs.create_queue(QueueName="ear")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=settings.topic("facts"),
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def listen(type: str) -> list[dict[str, Any]]:
        bodies = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [body for body in bodies if body["type"] == type]

    yield listen
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def test_a_batch_of_events_is_one_fact_for_each_account(world: World, heard: Any) -> None:
    rui, lin = world.reader(), world.reader("Lin")
    say(world, rui, *(claim("view", f"W{number}") for number in range(30)))
    say(world, lin, claim("progress", "W1", fraction=0.5, position=7))
    world.pump()
    told = {fact["subject"]: fact for fact in heard("interaction.recorded")}
    assert len(told[rui.account_id]["data"]["events"]) == 30
    (event,) = told[lin.account_id]["data"]["events"]
    assert (event["kind"], event["work_id"], event["fraction"], event["position"]) == ("progress", "W1", 5000, 7)
    assert all(fact["v"] == 1 for fact in told.values())


def test_a_replay_is_no_news(world: World, heard: Any) -> None:
    rui, event = world.reader(), claim("view", "W1")
    say(world, rui, event)
    world.pump()
    assert len(heard("interaction.recorded")) == 1
    say(world, rui, event)
    world.pump()
    assert heard("interaction.recorded") == []


def test_an_erasure_is_told(world: World, heard: Any) -> None:
    rui = world.reader()
    world.delete("/v1/me/history", as_=rui)
    world.pump()
    (fact,) = heard("history.erased")
    assert fact["data"]["account_id"] == rui.account_id


def test_one_thing_that_is_deleted_is_told_and_what_expires_is_not(world: World, heard: Any) -> None:
    rui = world.reader()
    say(world, rui, claim("view", "W1"), claim("view", "W2", ago=5))
    world.pump()
    item = world.get("/v1/me/history", as_=rui).json["items"][0]["id"]
    assert world.delete(f"/v1/me/history/{item}", as_=rui).status == 204
    world.pump()
    (fact,) = heard("history.item_deleted")
    (gone,) = fact["data"]["events"]
    assert (fact["data"]["account_id"], gone["moment"]) == (rui.account_id, f"event#{item}")
    world.clock.advance(days=401)
    assert world.platform.emulator.sweep_expired() >= 1
    world.pump()
    assert heard("history.item_deleted") == []


def test_what_goes_with_a_whole_history_is_not_told_one_by_one(world: World, heard: Any) -> None:
    rui = world.reader()
    say(world, rui, *(claim("view", f"W{number}") for number in range(5)))
    world.pump()
    world.delete("/v1/me/history", as_=rui)
    world.pump()
    assert len(heard("history.erased")) == 1
    assert heard("history.item_deleted") == []
