"""Waking the workers of tasks: at once, and again where they are late."""

from datetime import timedelta

import msgspec

from chalicelib.core import aws, clock, logs, settings
from chalicelib.outbox.models import Task

QUEUES = ("mail", "order-effects")
LATE = timedelta(minutes=5)
COMES_AGAIN_SECONDS = 240
"""A message that failed comes again six minutes after its lease of two began: it needs no second one beside it."""


def wake(queue: str, outbox_id: str) -> None:
    body = msgspec.json.encode({"outbox_id": outbox_id}).decode()
    aws.client("sqs").send_message(QueueUrl=settings.queue_url(queue), MessageBody=body)


def wake_late() -> int:
    """Wake the workers of the tasks that are late; how many there were. Says how late the oldest is."""
    number, now = 0, clock.now()
    oldest = now
    for queue in QUEUES:
        for task in Task.by_unfinished.query(queue, Task.due_at < now - LATE):
            oldest = min(oldest, task.due_at)
            if task.leased_until + COMES_AGAIN_SECONDS > clock.timestamp():
                continue
            number += 1
            wake(task.queue, task.outbox_id)
            logs.logger().warning(
                "late task", task=task.outbox_id, cause=task.correlation_id, queue=queue, number=number
            )
    logs.measure("OutboxAge", round((now - oldest).total_seconds()))
    return number
