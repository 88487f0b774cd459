"""The library listens to what becomes of works, and how far readers are in them."""

import msgspec
from chalice import Blueprint
from msgspec import Struct

from chalicelib.core import aws, facts, settings
from chalicelib.core.facts import Fact
from chalicelib.library import refreshing, using

jobs = Blueprint(__name__)

QUEUE = "library-facts"


LOOKS_AGAIN_SECONDS = 120
"""The index over holders lags behind: who got the work just before the fact is found on the second look."""


class WorkChanged(Struct):
    """``after``: the holders up to this account are done. ``again``: this is the second look."""

    work_id: str
    after: str | None = None
    again: bool = False


@jobs.on_sqs_message(queue=settings.queue(QUEUE), name="library_follow_work", batch_size=5)
@facts.each_fact
def follow_work(fact: Fact) -> None:
    """A work was published or withdrawn. Where many hold it, the rest is left to a message of its own. Or readers went
    on in works."""
    if fact.type == "interaction.recorded":
        using.note(fact.read(using.Heard))
        return
    told = fact.read(WorkChanged)
    after = refreshing.follow(told.work_id, told.after)
    if after:
        _leave(fact, WorkChanged(told.work_id, after, told.again))
    elif not told.again:
        _leave(fact, WorkChanged(told.work_id, again=True), LOOKS_AGAIN_SECONDS)


def _leave(fact: Fact, rest: WorkChanged, seconds: int = 0) -> None:
    body = msgspec.json.encode(msgspec.structs.replace(fact, data=msgspec.to_builtins(rest))).decode()
    aws.client("sqs").send_message(QueueUrl=settings.queue_url(QUEUE), MessageBody=body, DelaySeconds=seconds)
