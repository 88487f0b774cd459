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
    """Wake the workers of the tasks that are late; how many there were."""
    number = 0
    for queue in QUEUES:
        for task in Task.by_unfinished.query(queue, Task.due_at < clock.now() - LATE):
            if task.leased_until + COMES_AGAIN_SECONDS > clock.timestamp():
                continue
            number += 1
            wake(task.queue, task.outbox_id)
            logs.logger().warning("late task", task=task.outbox_id, queue=queue, number=number)
    return number
