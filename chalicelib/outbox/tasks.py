"""Putting a task in, and carrying it out once: under a lease, marked done, tried again until it is."""

import functools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.core import clock, ids, logs
from chalicelib.core.errors import NotFound, Refusal
from chalicelib.core.records import each_record
from chalicelib.core.transactions import Transaction
from chalicelib.outbox.models import Task

LEASE_SECONDS = 120
KEPT_DAYS = 30
PATIENCE, ENOUGH = timedelta(days=3), 12
"""After that, and so many tries, a task that still fails is put aside for a person: nobody is woken for it any more.
One that nobody tried for days, as after an outage, has its hour."""
PARKED = "parked"
RETRIED_FOR = timedelta(hours=1)
"""How late a task that is retried by hand counts as: late enough to be woken, with most of the patience left."""


class TaskBusy(Exception):
    """Another worker holds the task's lease: the message comes again."""


def put(tx: Transaction, queue: str, kind: str, data: dict[str, Any], key: str | None = None) -> str:
    """Decide an effect in the deed's own transaction. The same ``key`` is the same effect, and refuses a second.

    Answers the task's id: the effect's idempotency key at the outside service.
    """
    task = Task(key or ids.new(), queue=queue, kind=kind, data=data, due_at=clock.now(), unfinished=queue)
    tx.insert(task)
    return str(task.outbox_id)


def each_task(deed: Callable[[Task], None]) -> Callable[[Any], dict[str, Any]]:
    """A queue's handler: the deed is done for each task that is not done yet."""

    @functools.wraps(deed)
    def handle(event: Any) -> dict[str, Any]:
        return each_record(event, lambda record: _carry_out(deed, msgspec.json.decode(record["body"])["outbox_id"]))

    return handle


def _carry_out(deed: Callable[[Task], None], outbox_id: str) -> None:
    task = Task.get(outbox_id, consistent_read=True)
    if task.done_at:
        return
    logs.learn(correlation_id=task.correlation_id, task=task.outbox_id)
    _lease(task)
    try:
        deed(task)
    except Exception:
        _lose_patience(task)
        raise
    _finish(task)


def _lease(task: Task) -> None:
    """Raises TaskBusy where another worker is at it, or was just quicker."""
    now = int(clock.timestamp())
    free = Task.done_at.does_not_exist() & (Task.leased_until < now)
    if not task.update_if(free, [Task.leased_until.set(now + LEASE_SECONDS), Task.attempts.add(1)]):
        raise TaskBusy(task.outbox_id)


def _lose_patience(task: Task) -> None:
    """Nothing is dropped: a message with its id still carries the task out."""
    late = clock.now() - task.due_at > PATIENCE and task.attempts >= ENOUGH
    if task.unfinished != PARKED and late:
        task.update(actions=[Task.unfinished.set(PARKED)], condition=Task.done_at.does_not_exist())
        logs.incident("task_parked", kind=task.kind, attempts=task.attempts)


def parked() -> Iterator[Task]:
    """The tasks that wait for a person."""
    yield from Task.by_unfinished.query(PARKED)


def retry(tx: Transaction, outbox_id: str) -> None:
    """Let a parked task be carried out again; it is late, so it is woken by the next sweep. At the commit: NotFound."""
    task = _find(outbox_id)
    if task is None:
        raise NotFound
    again = [Task.unfinished.set(task.queue), Task.due_at.set(clock.now() - RETRIED_FOR)]
    tx.update(Task(outbox_id), again, Task.unfinished == PARKED, NotFound())


def is_tried(outbox_id: str) -> bool:
    """It is neither done nor put aside."""
    task = _find(outbox_id)
    return task is not None and not task.done_at and task.unfinished != PARKED


def call_off(tx: Transaction, outbox_id: str, refusal: Refusal) -> None:
    """What was put aside is over, and is not carried out any more; what is done stays so. At the commit: the refusal,
    where it is still tried, or somebody took it up again."""
    task = _find(outbox_id)
    if task and not task.done_at:
        idle = (Task.unfinished == PARKED) & (Task.leased_until < int(clock.timestamp()))
        tx.update(Task(outbox_id), _over(), idle, refusal)


def _find(outbox_id: str) -> Task | None:
    try:
        return Task.get(outbox_id, consistent_read=True)
    except Task.DoesNotExist:
        return None


def _over() -> list[Action]:
    gone = int((clock.now() + timedelta(days=KEPT_DAYS)).timestamp())
    return [Task.done_at.set(clock.now()), Task.expires_at.set(gone), Task.unfinished.remove()]


def _finish(task: Task) -> None:
    task.update(actions=_over())
    logs.logger().info("task done", kind=task.kind, attempts=task.attempts)


__all__ = ["Task", "TaskBusy", "call_off", "each_task", "is_tried", "parked", "put", "retry"]
