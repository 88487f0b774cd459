"""The library listens to what becomes of works."""

import msgspec
from chalice import Blueprint
from msgspec import Struct

from chalicelib.core import aws, facts, settings
from chalicelib.core.facts import Fact
from chalicelib.library import refreshing

jobs = Blueprint(__name__)

QUEUE = "library-facts"


class WorkChanged(Struct):
    """``after``: the holders up to this account are done."""

    work_id: str
    after: str | None = None


@jobs.on_sqs_message(queue=settings.queue(QUEUE), name="library_follow_work", batch_size=5)
@facts.each_fact
def follow_work(fact: Fact) -> None:
    """A work was published or withdrawn. Where many hold it, the rest is left to a message of its own."""
    told = fact.read(WorkChanged)
    after = refreshing.follow(told.work_id, told.after)
    if after:
        rest = msgspec.structs.replace(fact, data={"work_id": told.work_id, "after": after})
        body = msgspec.json.encode(rest).decode()
        aws.client("sqs").send_message(QueueUrl=settings.queue_url(QUEUE), MessageBody=body)
