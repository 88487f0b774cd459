"""What arrives is judged once, whatever it is and however often it is told of."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.audit import trail
from chalicelib.content import ingestion
from chalicelib.content.ingestion import BeingRead
from chalicelib.content.models import Upload
from chalicelib.core import settings
from infra.local.corpus.hostile import SAMPLES
from tests.builders import TIDES, a_draft, fetches, is_approved, sends, uploads, with_a_file
from tests.catalog.interleaving import meanwhile
from tests.world import Person, World


def announce(world: World, author: Person, work_id: str, name: str = "tides.md", size: int = len(TIDES)) -> Any:
    reply = world.post(f"/v1/works/{work_id}/uploads", {"name": name, "bytes": size}, as_=author)
    assert reply.status == 201, reply.body
    return reply.json


def state(world: World, author: Person, ticket: Any) -> str:
    return str(world.get(f"/v1/me/uploads/{ticket['upload']['upload_id']}", as_=author).json["state"])


def keys(world: World, bucket: str) -> list[str]:
    listed = world.platform.client("s3").list_objects_v2(Bucket=settings.bucket(bucket))
    return [item["Key"] for item in listed.get("Contents", [])]


def tell(world: World, body: str) -> None:
    """Put a message into ingestion's queue, whoever it comes from."""
    world.platform.client("sqs").send_message(QueueUrl=settings.queue_url("ingestion"), MessageBody=body)


def created(key: str) -> str:
    happening = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key, "size": 1}}}
    return json.dumps({"Records": [happening]})


def waiting(world: World, queue: str) -> int:
    url = settings.queue_url(queue)
    told = world.platform.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])


def draft_files(world: World, author: Person, work_id: str) -> list[str]:
    return [file["name"] for file in world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"]]


def test_good_files_are_kept_and_bad_ones_refused_each_for_its_reason(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    outcome, tickets = {}, {}
    for number, sample in enumerate(SAMPLES):
        announced = {"name": sample.name, "bytes": len(sample.data)}
        reply = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author)
        if reply.status == 201:
            tickets[number] = reply.json
            assert sends(reply.json["url"], sample.data)[0] == 200
        else:
            outcome[number] = reply.code
    world.pump()
    for number, ticket in tickets.items():
        upload = world.get(f"/v1/me/uploads/{ticket['upload']['upload_id']}", as_=author).json
        outcome[number] = upload["refusal"]["code"] if upload["refusal"] else None
        assert upload["state"] == ("refused" if upload["refusal"] else "accepted")
    assert [(sample.name, outcome[number]) for number, sample in enumerate(SAMPLES)] == [
        (sample.name, sample.refusal) for sample in SAMPLES
    ]
    good = sum(sample.refusal is None for sample in SAMPLES)
    assert len(draft_files(world, author, work_id)) == good
    assert keys(world, "quarantine") == []
    assert len({key.split("/")[2] for key in keys(world, "content")}) == good


def test_a_file_told_of_twice_and_out_of_order_is_kept_once(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    names = ["one.md", "two.md", "three.md"]
    tickets = [announce(world, author, work_id, name) for name in names]
    for ticket in tickets:
        sends(ticket["url"], TIDES)
    bad = announce(world, author, work_id, "bad.pdf", 3)
    sends(bad["url"], b"bad")
    world.pump(duplicate=True, shuffle=7)
    assert [state(world, author, ticket) for ticket in (*tickets, bad)] == ["accepted"] * 3 + ["refused"]
    assert sorted(draft_files(world, author, work_id)) == sorted(names)
    assert sum("bad.pdf" in mail["text"] for mail in world.mails(author.email)) == 1


def test_an_old_message_changes_nothing(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    upload = uploads(world, author, work_id)
    before = world.get(f"/v1/me/manuscripts/{work_id}", as_=author)
    tell(world, created(upload["upload_id"]))
    world.pump()
    after = world.get(f"/v1/me/manuscripts/{work_id}", as_=author)
    assert (after.headers["ETag"], after.json) == (before.headers["ETag"], before.json)


def test_what_is_sent_after_the_verdict_is_thrown_away(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    ticket = announce(world, author, work_id)
    sends(ticket["url"], TIDES)
    world.pump()
    sends(ticket["url"], b"x" * len(TIDES))
    world.pump()
    assert keys(world, "quarantine") == []
    path = f"/v1/me/manuscripts/{work_id}/files/{ticket['upload']['upload_id']}"
    assert fetches(world.get(path, as_=author).json["url"])[0] == TIDES


def test_a_file_of_another_size_than_announced_is_refused(world: World) -> None:
    author = world.author()
    ticket = announce(world, author, a_draft(world, author), size=10)
    sends(ticket["url"], TIDES)
    world.pump()
    refusal = world.get(f"/v1/me/uploads/{ticket['upload']['upload_id']}", as_=author).json["refusal"]
    assert refusal["code"] == "file_size_mismatch" and str(len(TIDES)) in refusal["detail"]


@pytest.mark.parametrize("next_version", [False, True])
def test_a_file_that_comes_after_its_draft_was_submitted_is_refused_and_leaves_nothing(
    world: World, next_version: bool
) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_draft(world, author)
    with_a_file(work_id)
    ticket = announce(world, author, work_id, "late.md")
    is_approved(world, work_id, author, reviewer)
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    if next_version:
        world.post(f"/v1/works/{work_id}/drafts", as_=author)
    sends(ticket["url"], TIDES)
    world.pump()
    upload = world.get(f"/v1/me/uploads/{ticket['upload']['upload_id']}", as_=author).json
    assert upload["refusal"]["code"] == "draft_moved_on"
    assert keys(world, "content") == keys(world, "quarantine") == []


def test_a_file_that_is_gone_before_it_was_looked_at_is_waited_for_again(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    ticket = announce(world, author, work_id)
    tell(world, created(ticket["upload"]["upload_id"]))
    world.pump()
    assert state(world, author, ticket) == "expected"
    sends(ticket["url"], TIDES)
    world.pump()
    assert state(world, author, ticket) == "accepted"


def test_what_nobody_announced_is_thrown_away(world: World) -> None:
    world.platform.client("s3").put_object(Bucket=settings.bucket("quarantine"), Key="stray/ä +%.md", Body=b"x")
    world.pump()
    assert keys(world, "quarantine") == []


def test_s3s_test_message_is_heard_out(world: World) -> None:
    assert world.platform.app
    tell(world, json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}))
    world.pump()
    assert waiting(world, "ingestion") == waiting(world, "ingestion-dlq") == 0


@pytest.mark.parametrize("body", ["no json", "[]", "{}", '{"Records": [{"eventName": "ObjectCreated:Put"}]}', "null"])
def test_a_poisoned_message_ends_among_the_dead_letters_and_holds_up_nobody(world: World, body: str) -> None:
    author = world.author()
    tell(world, body)
    ticket = announce(world, author, a_draft(world, author))
    sends(ticket["url"], TIDES)
    world.pump(tolerate=True)
    assert state(world, author, ticket) == "accepted"
    assert (waiting(world, "ingestion"), waiting(world, "ingestion-dlq")) == (0, 1)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "HeadObject"),
        ("s3", "GetObject"),
        ("s3", "CopyObject"),
        ("s3", "PutObject"),
        ("s3", "DeleteObject"),
        ("dynamodb", "GetItem"),
        ("dynamodb", "UpdateItem"),
        ("dynamodb", "TransactWriteItems"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_service_that_fails_for_a_while_costs_time_but_no_file(
    world: World, service: str, operation: str, when: Any
) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    ticket = announce(world, author, work_id)
    sends(ticket["url"], TIDES)
    fault = world.platform.emulator.faults.fail(service, operation, times=7, when=when)
    world.pump(tolerate=True)
    assert fault.times < 7
    world.platform.emulator.faults.clear()
    world.clock.advance(seconds=ingestion.LEASE_SECONDS + 1)
    tell(world, created(ticket["upload"]["upload_id"]))
    world.pump()
    assert state(world, author, ticket) == "accepted"
    assert draft_files(world, author, work_id) == ["tides.md"]
    assert keys(world, "quarantine") == []


def test_a_file_being_read_is_left_to_its_reader(world: World) -> None:
    author = world.author()
    ticket = announce(world, author, a_draft(world, author))
    sends(ticket["url"], TIDES)
    upload_id = ticket["upload"]["upload_id"]
    with ThreadPoolExecutor(4) as pool:
        errors = [task.exception() for task in [pool.submit(ingestion.take_in, upload_id) for _ in range(4)]]
    assert all(error is None or isinstance(error, BeingRead) for error in errors)
    assert state(world, author, ticket) == "accepted"


def test_a_file_whose_reading_keeps_ending_the_process_is_refused(world: World) -> None:
    """What a process that was killed leaves behind: a lease, and an attempt that never ended."""
    author = world.author()
    ticket = announce(world, author, a_draft(world, author))
    sends(ticket["url"], TIDES)
    upload = Upload.get(ticket["upload"]["upload_id"])
    held = int(world.clock.now().timestamp()) + ingestion.LEASE_SECONDS
    upload.update(actions=[Upload.attempts.set(2), Upload.leased_until.set(held), Upload.state.set("received")])
    with pytest.raises(BeingRead):
        ingestion.take_in(upload.upload_id)
    world.clock.advance(seconds=ingestion.LEASE_SECONDS + 1)
    world.signs_in(author)
    world.pump()
    refusal = world.get(f"/v1/me/uploads/{upload.upload_id}", as_=author).json["refusal"]
    assert refusal["code"] == "file_unreadable"


@pytest.mark.parametrize(("name", "data"), [("tides.md", TIDES), ("tides.pdf", b"no pdf")])
def test_a_reader_so_slow_that_another_took_over_changes_nothing_any_more(world: World, name: str, data: bytes) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    ticket = announce(world, author, work_id, name, len(data))
    sends(ticket["url"], data)
    upload_id = ticket["upload"]["upload_id"]

    def another_takes_over() -> None:
        world.clock.advance(seconds=ingestion.LEASE_SECONDS + 1)
        ingestion.take_in(upload_id)

    with meanwhile(another_takes_over):
        ingestion.take_in(upload_id)
    verdicts = [entry.deed for entry in trail.by("system:content_ingest") if entry.subject == upload_id]
    assert len(verdicts) == 1
    assert sum(name in mail["text"] for mail in world.mails(author.email)) == (name == "tides.pdf")
