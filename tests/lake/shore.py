"""What stories of the lake need: facts for it alone, what landed, and what lies in it, read as its readers read it."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec

from chalicelib.core import aws, clock, ids, settings
from chalicelib.core.facts import Fact
from chalicelib.core.pseudonyms import reader_of
from infra.local.acting import acting_as
from infra.local.functions import Function
from tests.recommend.telling import tell
from tests.world import World

COMPACT = Function("lake_compact", "chalicelib.lake.jobs.compact")
KEEP = Function("lake_keep", "chalicelib.lake.jobs.keep")
SCHEDULED = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "1",
             "time": "2026-11-26T00:00:00Z", "region": "r", "resources": [], "detail": {}}  # fmt: skip


def moment(ago: float = 0) -> str:
    """So many seconds ago."""
    return clock.rfc3339(clock.now() - timedelta(seconds=ago))


def an_event(name: str, work_id: str = "W1", *, kind: str = "view", ago: float = 0, **said: Any) -> dict[str, Any]:
    """As the interactions room tells it; ``ago``: when it was recorded."""
    at = moment(ago)
    return {
        "moment": f"event#{at}_{name}",
        "kind": kind,
        "work_id": work_id,
        "occurred_at": at,
        "recorded_at": at,
    } | said


def recorded(account_id: str, *events: dict[str, Any]) -> None:
    tell("lake-facts", "interaction.recorded", account_id, account_id=account_id, events=list(events))


def deleted(account_id: str, *events: dict[str, Any]) -> None:
    gone = [{"moment": event["moment"], "recorded_at": event["recorded_at"]} for event in events]
    tell("lake-facts", "history.item_deleted", account_id, account_id=account_id, events=gone)


def erased(account_id: str, ago: float = 0) -> None:
    tell("lake-facts", "history.erased", account_id, account_id=account_id, until=moment(ago))


def a_fact(type: str, account_id: str, **data: Any) -> str:
    """A message's body."""
    return msgspec.json.encode(Fact(ids.new(), type, account_id, moment(), {"account_id": account_id, **data})).decode()


def messages(*bodies: str) -> dict[str, Any]:
    """What Lambda hands to a queue's function."""
    told = {"receiptHandle": "r", "attributes": {"SentTimestamp": str(int(clock.timestamp() * 1000))}}
    return {"Records": [told | {"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def compacted(world: World) -> None:
    """What was told has landed, and is in its days."""
    world.pump()
    world.platform.run_schedule("lake_compact")


def lying(prefix: str = "") -> list[str]:
    """The keys of the objects that there are."""
    found = aws.client("s3").list_objects_v2(Bucket=settings.bucket("lake"), Prefix=prefix)
    return sorted(each["Key"] for each in found.get("Contents", []))


def fetched(key: str) -> bytes:
    return bytes(aws.client("s3").get_object(Bucket=settings.bucket("lake"), Key=key)["Body"].read())


def lines(prefix: str) -> list[dict[str, Any]]:
    """All that objects under the prefix hold, one after the other."""
    texts = [gzip.decompress(fetched(key)) for key in lying(prefix)]
    return [msgspec.json.decode(line) for text in texts for line in text.splitlines()]


def seen(prefix: str = "interactions/") -> list[tuple[str, str, str]]:
    """Who did what with which work, in some fixed order."""
    return sorted((line["reader"], line["kind"], line["work_id"]) for line in lines(prefix))


def everything() -> bytes:
    """All bytes of the lake, unpacked."""
    return b"".join(gzip.decompress(data) if data else b"" for data in map(fetched, lying()))


@contextmanager
def meanwhile(operation: str, folder: str, deed: Callable[[], Any]) -> Iterator[None]:
    """Do the deed when the next such call about that folder has been prepared, just before it is sent."""
    events, name = aws.client("s3").meta.events, f"before-send.s3.{operation}"

    def interrupt(request: Any, **_: Any) -> None:
        if f"/{folder}" in request.url:
            events.unregister(name, interrupt)
            with acting_as(None):
                deed()

    events.register(name, interrupt)
    try:
        yield
    finally:
        events.unregister(name, interrupt)


__all__ = ["reader_of"]
