"""What was put aside comes back once, and what cannot stays and says why."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.core import settings
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.local.functions import Function
from infra.operation.redrive import redrive
from tests.till import Shop
from tests.world import World


@pytest.fixture
def said(world: World) -> Iterator[list[str]]:
    on_stage.account.cache_clear()
    yield []
    on_stage.account.cache_clear()


def lies(world: World, queue: str, *bodies: str) -> None:
    for body in bodies:
        world.platform.client("sqs").send_message(QueueUrl=settings.queue_url(queue), MessageBody=body)


def number_in(world: World, queue: str) -> int:
    asked = world.platform.client("sqs").get_queue_attributes(
        QueueUrl=settings.queue_url(queue), AttributeNames=["All"]
    )["Attributes"]
    return int(asked["ApproximateNumberOfMessages"]) + int(asked["ApproximateNumberOfMessagesNotVisible"])


def test_letters_go_back_to_their_queue(world: World, said: list[str]) -> None:
    lies(world, "mail-dlq", *(f"letter {number}" for number in range(23)))
    assert redrive("mail", said.append) == 0
    assert (number_in(world, "mail"), number_in(world, "mail-dlq")) == (23, 0)
    assert said[-1] == "23 came back, 0 stay in mail-dlq."


def test_a_letter_comes_back_with_its_attributes(world: World, said: list[str]) -> None:
    sqs, kind = world.platform.client("sqs"), {"type": {"DataType": "String", "StringValue": "order.paid"}}
    aside = settings.queue_url("library-facts-dlq")
    sqs.send_message(QueueUrl=aside, MessageBody="{}", MessageAttributes=kind)
    redrive("library-facts", said.append)
    address = settings.queue_url("library-facts")
    (back,) = sqs.receive_message(QueueUrl=address, MessageAttributeNames=["All"])["Messages"]
    assert back["MessageAttributes"] == kind


def test_a_run_that_is_cut_off_after_sending_brings_the_letter_twice_and_loses_none(
    world: World, said: list[str]
) -> None:
    lies(world, "mail-dlq", "letter")
    world.platform.emulator.faults.fail("sqs", "DeleteMessage", times=99)
    with pytest.raises(Exception, match="DeleteMessage"):
        redrive("mail", said.append)
    world.platform.emulator.faults.clear()
    assert (number_in(world, "mail"), number_in(world, "mail-dlq")) == (1, 1)


def test_a_queue_that_is_none_is_refused_with_those_that_are(world: World, said: list[str]) -> None:
    with pytest.raises(Stopped, match="order-effects"):
        redrive("letters", said.append)


def a_lost_review(shop: Shop) -> str:
    """The letter that Lambda would leave of a change that was never told."""
    shop.ordered(shop.reader, shop.works["gift"])
    shop.world.pump()
    shop.world.platform.emulator.faults.fail("sns", "PublishBatch", times=99)
    shop.world.put(f"/v1/works/{shop.works['gift']}/reviews/mine", {"rating": 4}, as_=shop.reader)
    shop.world.pump(tolerate=True)
    shop.world.platform.emulator.faults.clear()
    (source,) = [each for each in shop.world.platform.sources.streams if each.function.name == "reviews_tell"]
    (parked,) = source.parked
    arn, number = parked.record["eventSourceARN"], parked.record["dynamodb"]["SequenceNumber"]
    (shard,) = shop.world.platform.client("dynamodbstreams").describe_stream(StreamArn=arn)["StreamDescription"][
        "Shards"
    ]
    place = {"streamArn": arn, "shardId": shard["ShardId"], "batchSize": 1}
    place |= {"startSequenceNumber": number, "endSequenceNumber": number}
    function = "arn:aws:lambda:eu-central-1:123456789012:function:lyceum-dev-reviews_tell"
    return json.dumps({"requestContext": {"functionArn": function}, "DDBStreamBatchInfo": place})


def ratings(shop: Shop) -> int:
    return int(shop.world.get(f"/v1/works/{shop.works['gift']}").json["rating"]["count"])


def test_a_change_that_a_function_could_not_manage_is_read_from_its_stream_and_done(
    shop: Shop, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = a_lost_review(shop)
    shop.world.pump()
    assert ratings(shop) == 0
    lies(shop.world, "failures-dlq", letter)
    tell = Function("reviews_tell", "chalicelib.reviews.jobs.tell")
    monkeypatch.setitem(shop.world.platform.emulator.functions, "lyceum-dev-reviews_tell", tell.invoke)
    assert redrive("failures", said.append) == 0
    shop.world.pump()
    assert (ratings(shop), number_in(shop.world, "failures-dlq")) == (1, 0)


def test_a_letter_stays_whole_where_the_stream_does_not_give_all_its_changes(
    shop: Shop, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = json.loads(a_lost_review(shop))
    place = letter["DDBStreamBatchInfo"]
    place |= {"endSequenceNumber": f"{int(place['endSequenceNumber']) + 9}", "batchSize": 2}
    lies(shop.world, "failures-dlq", json.dumps(letter))
    tell = Function("reviews_tell", "chalicelib.reviews.jobs.tell")
    monkeypatch.setitem(shop.world.platform.emulator.functions, "lyceum-dev-reviews_tell", tell.invoke)
    assert redrive("failures", said.append) == 1
    shop.world.pump()
    assert (ratings(shop), number_in(shop.world, "failures-dlq")) == (0, 1)
    assert any("did not give all of its changes" in line for line in said)


def test_a_change_that_fails_again_stays_and_so_does_what_was_a_schedules(
    shop: Shop, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = json.dumps({"requestContext": {"functionArn": "arn:aws:lambda:r:1:function:lyceum-dev-orders_sweep"}})
    lies(shop.world, "failures-dlq", a_lost_review(shop), scheduled)
    tell = Function("reviews_tell", "chalicelib.reviews.jobs.tell")
    monkeypatch.setitem(shop.world.platform.emulator.functions, "lyceum-dev-reviews_tell", tell.invoke)
    shop.world.platform.emulator.faults.fail("sns", "PublishBatch", times=99)
    assert redrive("failures", said.append) == 2
    shop.world.platform.emulator.faults.clear()
    assert number_in(shop.world, "failures-dlq") == 2
    assert any("fails on it still" in line for line in said) and any("of a schedule" in line for line in said)
