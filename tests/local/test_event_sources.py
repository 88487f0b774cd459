from threading import Event, Thread

import pytest

from chalicelib.core import settings
from infra.local.event_sources import EventSources, KeepsFailing
from tests.local import sample_app


@pytest.fixture(params=[False, True], ids=["asks", "looks"])
def sources(platform, request):
    """They ask for what waits, or look into the emulator of their own process first."""
    sample_app.seen.clear()
    sample_app.poison.clear()
    return EventSources(sample_app.app, emulator=platform.emulator if request.param else None)


def seen(by):
    return [note for note in sample_app.seen if note["by"] == by]


def send(platform, queue, *bodies):
    for body in bodies:
        attributes = {"type": {"DataType": "String", "StringValue": "a.fact"}}
        platform.client("sqs").send_message(
            QueueUrl=settings.queue_url(queue), MessageBody=body, MessageAttributes=attributes
        )


def left_in(platform, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = platform.client("sqs").get_queue_attributes(QueueUrl=settings.queue_url(queue), AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def put_work(platform, *ids):
    for work_id in ids:
        item = {"work_id": {"S": work_id}, "row": {"S": "work"}, "n": {"N": "1"}, "b": {"B": b"\x00\xff"}}
        platform.client("dynamodb").put_item(TableName=settings.table("works"), Item=item)


def put_review(platform, *ids):
    for review_id in ids:
        item = {"work_id": {"S": "w"}, "review_id": {"S": review_id}}
        platform.client("dynamodb").put_item(TableName=settings.table("reviews"), Item=item)


def test_messages_arrive_in_batches_and_are_deleted(platform, sources):
    send(platform, "mail", "a", "b", "c", "d")
    assert sources.pump() == 4
    assert [(note["body"], note["batch"]) for note in seen("mail")] == [("a", 3), ("b", 3), ("c", 3), ("d", 1)]
    assert left_in(platform, "mail") == 0


def test_who_looks_into_the_emulator_asks_only_for_what_is_there(platform):
    sources = EventSources(sample_app.app, emulator=platform.emulator)
    with platform.emulator.meter.counting() as calls:
        assert sources.pump() == 0
    assert calls.counts == {}
    send(platform, "mail", "a")
    with platform.emulator.meter.counting() as calls:
        assert sources.pump() == 1
    assert calls.counts == {"sqs.ReceiveMessage": 1, "sqs.DeleteMessage": 1}


def test_a_message_has_the_shape_that_lambda_gives_it(platform, sources):
    send(platform, "mail", "hello")
    sources.pump()
    (record,) = seen("mail")
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == f"arn:aws:sqs:eu-central-1:123456789012:{settings.queue('mail')}"
    assert record["awsRegion"] == "eu-central-1"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["messageAttributes"]["type"] == {
        "stringValue": "a.fact", "stringListValues": [], "binaryListValues": [], "dataType": "String",
    }  # fmt: skip
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert set(record["attributes"]) >= {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}


def test_only_the_messages_that_failed_come_again(platform, sources):
    sample_app.poison["b"] = 2
    send(platform, "mail", "a", "b", "c")
    sources.pump()
    assert [note["body"] for note in seen("mail")] == ["a", "b", "c", "b", "b"]
    assert [note["attributes"]["ApproximateReceiveCount"] for note in seen("mail") if note["body"] == "b"] == list(
        "123"
    )
    assert sources.failing == []


def test_what_never_succeeds_ends_in_the_dead_letters_and_is_named(platform, sources):
    sample_app.poison["b"] = -1
    send(platform, "mail", "a", "b")
    with pytest.raises(KeepsFailing, match=r"sample_mail: record .* failed 8 times; last: ValueError: b is poison"):
        sources.pump()
    assert (left_in(platform, "mail"), left_in(platform, "mail-dlq")) == (0, 1)


def test_a_function_that_raises_fails_its_whole_batch(platform, sources):
    send(platform, "order-effects", "fine", "crash")
    sources.pump(tolerate=True)
    assert [note["body"] for note in seen("effects")] == ["fine", "crash"] * 8
    assert left_in(platform, "order-effects-dlq") == 2
    assert "the effect crashed" in sources.failing[0].error


def test_messages_can_come_twice(platform, sources):
    send(platform, "mail", "a")
    sources.pump(duplicate=True)
    counts = [note["attributes"]["ApproximateReceiveCount"] for note in seen("mail")]
    assert counts == ["1", "2"]
    assert len({note["messageId"] for note in seen("mail")}) == 1


def test_messages_can_come_in_a_disorder_that_repeats(platform, sources):
    orders = []
    for _ in range(2):
        sample_app.seen.clear()
        send(platform, "mail", *"abcdefgh")
        sources.pump(shuffle=7)
        orders.append("".join(note["body"] for note in seen("mail")))
    assert orders[0] == orders[1] != "abcdefgh"
    assert sorted(orders[0]) == list("abcdefgh")


def test_delayed_messages_wait_for_the_clock(platform, sources):
    url = settings.queue_url("mail")
    platform.client("sqs").send_message(QueueUrl=url, MessageBody="later", DelaySeconds=300)
    assert sources.pump() == 0
    platform.clock.advance(seconds=301)
    assert sources.pump() == 1


def test_changes_arrive_in_order_and_what_they_cause_is_delivered_too(platform, sources):
    put_work(platform, "a", "b", "c", "d", "e")
    assert sources.pump() == 10
    assert [note["work"] for note in seen("works")] == list("abcde")
    assert sorted(note["body"] for note in seen("mail")) == list("abcde")
    assert sources.pump() == 0


def test_a_change_has_the_shape_that_lambda_gives_it(platform, sources):
    put_work(platform, "a")
    platform.client("dynamodb").delete_item(
        TableName=settings.table("works"), Key={"work_id": {"S": "a"}, "row": {"S": "work"}}
    )
    sources.pump()
    inserted, removed = seen("works")
    image = inserted["dynamodb"]
    assert inserted["eventName"] == "INSERT" and removed["eventName"] == "REMOVE"
    assert inserted["eventSourceARN"] == settings.stream("works")
    assert image["NewImage"] == {
        "work_id": {"S": "a"}, "row": {"S": "work"}, "n": {"N": "1"}, "b": {"B": "AP8="},
    }  # fmt: skip
    assert "OldImage" not in image and "NewImage" not in removed["dynamodb"]
    assert image["Keys"] == {"work_id": {"S": "a"}, "row": {"S": "work"}}
    assert isinstance(image["ApproximateCreationDateTime"], int)
    assert image["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert inserted["eventID"] != removed["eventID"]


def test_a_stream_takes_up_again_at_the_change_that_failed(platform, sources):
    sample_app.poison["b"] = 2
    put_work(platform, "a", "b", "c")
    sources.pump()
    assert [note["work"] for note in seen("works")] == ["a", "b", "b", "b", "c"]
    assert sources.failing == [] == sources.parked


def test_a_change_that_never_succeeds_is_parked_and_the_stream_goes_on(platform, sources):
    put_review(platform, "a", "crash", "z")
    with pytest.raises(KeepsFailing, match=r"sample_reviews: record .* failed 9 times; last: RuntimeError: the review"):
        sources.pump()
    (parked,) = sources.parked
    assert parked.record["dynamodb"]["Keys"]["review_id"] == {"S": "crash"}
    assert seen("reviews")[-1]["review"] == "z"
    assert sources.pump() == 0


def test_facts_reach_the_queues_that_ask_for_their_type(platform, sources):
    sns = platform.client("sns")
    for type_ in ("work.published", "order.paid"):
        attributes = {"type": {"DataType": "String", "StringValue": type_}}
        sns.publish(TopicArn=settings.topic("facts"), Message=f'"{type_}"', MessageAttributes=attributes)
    sources.pump()
    assert [note["body"] for note in seen("facts")] == ['"work.published"']


def test_a_schedule_runs_when_asked(platform, sources):
    put_work(platform, "a")
    sources.pump()
    assert seen("sweep") == []
    sources.run_schedule("sample_sweep")
    (event,) = seen("sweep")
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:aws:events:eu-central-1:123456789012:rule/sample_sweep"]


def test_running_for_ever_serves_all_sources_and_stops(platform, sources):
    stop, noticed = Event(), Event()
    runner = Thread(target=sources.run_forever, args=(stop,))
    runner.start()
    try:
        sample_app.poison["a"] = 1
        put_work(platform, "a", "b")
        platform.clock.advance(minutes=6)
        for _ in range(200):
            if {note["body"] for note in seen("mail")} == {"a", "b"} and seen("sweep"):
                noticed.set()
                break
            noticed.wait(0.05)
    finally:
        stop.set()
        runner.join(timeout=10)
    assert noticed.is_set()
    assert not runner.is_alive()


def test_what_changed_before_the_stop_is_still_passed_on(platform, sources):
    put_work(platform, "a")
    stop = Event()
    stop.set()
    sources.run_forever(stop)
    assert [note["work"] for note in seen("works")] == ["a"]
    assert left_in(platform, "mail") == 1


def test_who_comes_after_a_process_that_was_killed_goes_on_from_its_place(platform, sources, tmp_path):
    put_work(platform, "1", "2")
    EventSources(sample_app.app, tmp_path).pump()
    put_work(platform, "3")
    sample_app.seen.clear()
    EventSources(sample_app.app, tmp_path).pump()
    assert [note["work"] for note in seen("works")] == ["3"]
    sample_app.seen.clear()
    EventSources(sample_app.app).pump()
    assert [note["work"] for note in seen("works")] == ["1", "2", "3"]
