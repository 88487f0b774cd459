"""A whole story, with much going wrong, leaves in the logs no address, name, secret or text of anybody."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from chalice.app import ScheduledEventConfig, SQSEventConfig

from chalicelib.core import aws, logs
from chalicelib.core.records import JobFailed
from chalicelib.core.secrets import secret
from infra.local.functions import Function
from tests.builders import a_message
from tests.till import CARD, Shop
from tests.world import PASSWORD, World

NAME, TITLE, REVIEW, SEARCH, BUYER = "Canaria Finch", "The canary's title", "A canary sang", "canary seed", "finch"


@pytest.fixture
def written(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """What was logged, and what was written to standard output and error, since the test began."""
    logged = io.StringIO()
    logs.logger().setLevel("DEBUG")
    for handler in logging.getLogger("lyceum").handlers:
        monkeypatch.setattr(handler, "stream", logged)
    yield lambda: logged.getvalue() + "".join(capfd.readouterr())
    logs.logger().setLevel("INFO")


def ses_refuses(email: str) -> Any:
    """As in its sandbox: the words name the address."""
    said = {"message": f"Email address is not verified. The following identities failed the check: {email}"}

    class Raw:
        def stream(self, **_: Any) -> Iterator[bytes]:
            yield json.dumps(said).encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 400, {"x-amzn-ErrorType": "MessageRejected"}, Raw())

    aws.client("sesv2").meta.events.register("before-send.sesv2.SendEmail", answer)
    return lambda: aws.client("sesv2").meta.events.unregister("before-send.sesv2.SendEmail", answer)


PERSONAL = {
    "to": "canary@example.com", "email": "canary@example.com", "name": NAME, "text": REVIEW, "title": TITLE,
    "work_id": {"words": SEARCH}, "data": {"email": "canary@example.com", "lines": SEARCH}, "row": NAME,
}  # fmt: skip


def poisoned(source: Any) -> list[dict[str, Any]]:
    """Events that the function cannot manage, full of what must not be told."""
    if isinstance(source, ScheduledEventConfig):
        return [{"detail": {}, "version": "", "account": "", "region": "", "detail-type": "", "source": "", "time": "",
                 "id": "", "resources": []}]  # fmt: skip
    if isinstance(source, SQSEventConfig):
        fact = {"id": "1", "type": "order.paid", "subject": "s", "at": "now", "data": PERSONAL}
        bodies = (NAME, json.dumps(PERSONAL), json.dumps(fact), json.dumps({"outbox_id": PERSONAL}))
        return [a_message(body) for body in bodies]
    image = {name: {"S": str(value)} for name, value in PERSONAL.items()}
    images = (image, image | {"moment": {"S": f"event#{NAME}"}, "kind": {"S": "progress"}}, {"row": {"N": NAME}})
    return [{"Records": [change(each)]} for each in images]


def change(image: dict[str, Any]) -> dict[str, Any]:
    told = {"ApproximateCreationDateTime": 1_700_000_000, "SequenceNumber": "7", "Keys": {}, "NewImage": image}
    return {"eventID": "e", "eventName": "INSERT", "eventSourceARN": "arn", "awsRegion": "r", "dynamodb": told}


def test_no_function_tells_what_it_stumbled_over(written: Any, world: World) -> None:
    """Every function, given what it cannot manage: it says that it failed and where, and quotes nothing."""
    sources = world.platform.app.event_sources
    for source in sources:
        function = Function(source.name, source.handler_string)
        for event in poisoned(source):
            world.platform.emulator.faults.fail("dynamodb", "Query", times=9)
            world.platform.emulator.faults.fail("s3", "ListObjectsV2", times=9)
            with suppress(JobFailed):
                function.invoke(event)
            world.platform.emulator.faults.clear()
    text = written()
    failed = {
        line.get("function", line["message"]) for line in map(json.loads, text.splitlines()) if "exception" in line
    }
    assert {source.name for source in sources} <= failed
    assert [canary for canary in (NAME, TITLE, REVIEW, SEARCH, "canary@example.com") if canary in text] == []


def test_logs_hold_nothing_personal(written: Any, shop: Shop) -> None:
    world, work_id = shop.world, shop.publishes(prices={"usd": 900}, title=TITLE)
    reader = world.reader(BUYER)
    assert world.patch("/v1/me", {"name": NAME}, as_=reader).status == 200
    world.post("/v1/accounts", {"email": reader.email, "password": PASSWORD, "name": NAME})
    world.post("/v1/password-resets", {"email": reader.email})
    code = world.code_mailed_to(reader.email)
    world.post("/v1/sessions", {"email": reader.email, "password": "the wrong password"})
    world.post("/v1/sessions/refreshes", {"refresh_token": reader.refresh_token + "x"})
    world.signs_in(reader)

    order = shop.ordered(reader, work_id)
    shop.pays(order, card="4000 0000 0000 0002")
    shop.pays(order)
    world.post("/v1/webhooks/stripe", {"forged": NAME}, headers={"stripe-signature": "t=1,v1=forged"})
    shop.fails("fail", "GET", times=3)
    shop.fake.deliver()
    world.pump(tolerate=True)
    shop.later(minutes=6)
    shop.signs_everybody_in()
    world.signs_in(reader)
    assert shop.library(reader) == [work_id]

    [file] = world.get("/v1/me/library", as_=reader).json["items"][0]["files"]
    link = world.get(f"/v1/me/works/{work_id}/files/{file['file_id']}", as_=reader).json["url"]
    world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": 5, "text": REVIEW, "name": NAME}, as_=reader)
    events = [{"kind": "search", "event_id": "canary-0001", "occurred_at": order["placed_at"], "text": SEARCH}]
    assert world.post("/v1/interactions", {"events": events}, as_=reader).json["recorded"] == 1
    world.pump()

    undo = ses_refuses(reader.email)
    world.post("/v1/password-resets", {"email": reader.email})
    world.pump(tolerate=True)
    undo()
    world.platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=20)
    world.put("/v1/me/author", as_=reader)
    assert world.patch("/v1/me", {"name": NAME}, as_=reader).status == 503
    world.platform.emulator.faults.clear()

    text = written()
    assert '"message":"request"' in text and "MessageRejected" in text and '"stack"' in text
    canaries = (
        NAME, TITLE, REVIEW, SEARCH, reader.email, "@example.com", PASSWORD, "the wrong password", code,
        reader.access_token, reader.refresh_token, CARD, CARD.replace(" ", ""), link, order["pay_at"],
        *(secret(name) for name in ("cursor-key", "stripe-key", "stripe-webhook-secret", "token-keys")),
    )  # fmt: skip
    assert [canary for canary in canaries if canary in text] == []
