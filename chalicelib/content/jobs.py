"""From S3's notifications to ingestion."""

from typing import Any
from urllib.parse import unquote_plus

import msgspec
from chalice import Blueprint

from chalicelib.content import ingestion
from chalicelib.core import settings
from chalicelib.core.records import each_record

jobs = Blueprint(__name__)


class _Object(msgspec.Struct):
    key: str


class _Place(msgspec.Struct):
    object: _Object


class _Happening(msgspec.Struct):
    eventName: str
    s3: _Place


class _Notification(msgspec.Struct):
    """What S3 sends (docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html). A test of
    the connection has no records but an ``Event``; a message with neither is none of S3's, and ends in the DLQ."""

    Records: list[_Happening] | None = None
    Event: str | None = None


@jobs.on_sqs_message(queue=settings.queue("ingestion"), name="content_ingest", batch_size=1)
def ingest(event: Any) -> dict[str, Any]:
    """Judge each file that arrived. Messages come twice and out of order, and some are none of ours."""
    return each_record(event, lambda record: _take_in(record["body"]))


def _take_in(body: str) -> None:
    notification = msgspec.json.decode(body, type=_Notification)
    if notification.Records is None and notification.Event != "s3:TestEvent":
        raise ValueError("this is no notification of S3")
    for happening in notification.Records or ():
        if happening.eventName.startswith("ObjectCreated:"):
            ingestion.take_in(unquote_plus(happening.s3.object.key))
