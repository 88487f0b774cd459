"""From the outbox table to the queues of those who carry the tasks out."""

from datetime import timedelta
from typing import Any

import msgspec
from chalice import Blueprint, Rate

from chalicelib.core import aws, clock, logs, settings
from chalicelib.core.records import Change, each_change
from chalicelib.outbox.models import Task

jobs = Blueprint(__name__)

QUEUES = ("mail", "order-effects")
LATE = timedelta(minutes=5)


@jobs.on_dynamodb_record(stream_arn=settings.stream("outbox"), name="outbox_relay", batch_size=100)
@each_change
def relay(change: Change) -> None:
    """Wake the worker of a new task. The stream is quick, but no guarantee: the sweeper is."""
    if change.old is None and change.new and change.new.get("unfinished"):
        _wake(change.new["queue"], change.new["outbox_id"])


@jobs.schedule(Rate(5, unit=Rate.MINUTES), name="outbox_sweep")
def sweep(event: Any) -> None:
    """Wake the workers of the tasks that are late."""
    for queue in QUEUES:
        late = Task.by_unfinished.query(queue, Task.due_at < clock.now() - LATE)
        for number, task in enumerate(late, start=1):
            _wake(task.queue, task.outbox_id)
            logs.logger().warning("late task", task=task.outbox_id, queue=queue, number=number)


def _wake(queue: str, outbox_id: str) -> None:
    body = msgspec.json.encode({"outbox_id": outbox_id}).decode()
    aws.client("sqs").send_message(QueueUrl=settings.queue_url(queue), MessageBody=body)
