"""Looking now at what is late, and taking up again what was put aside for a person."""

from msgspec import Struct

from chalicelib.audit import trail
from chalicelib.core.actors import Actor
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import sweeping
from chalicelib.outbox import tasks, waking
from chalicelib.payments import inbox


class ParkedEvent(Struct):
    event_id: str
    type: str
    object_id: str
    reason: str


class ParkedTask(Struct):
    """An effect on the world outside that failed for days, such as money on its way back."""

    task_id: str
    kind: str
    attempts: int


class SweepReport(Struct):
    """How many late ones were looked at, and what waits for a person."""

    events: int
    unpaid_orders: int
    unsettled_payments: int
    pending_refunds: int
    ending_passes: int
    subscriptions: int
    tasks: int
    parked: list[ParkedEvent]
    parked_tasks: list[ParkedTask]


def run(admin: Actor) -> SweepReport:
    """What the schedules do every five minutes."""
    with all_or_nothing() as tx:
        trail.write(tx, admin, "sweepers.run", "sweepers")
    swept, woken = sweeping.sweep(), waking.wake_late()
    return SweepReport(
        events=swept.events,
        unpaid_orders=swept.unpaid,
        unsettled_payments=swept.unsettled,
        pending_refunds=swept.refunds,
        ending_passes=swept.passes,
        subscriptions=swept.subscriptions,
        tasks=woken,
        parked=[ParkedEvent(event.id, event.type, event.object_id, reason) for event, reason in inbox.parked()],
        parked_tasks=[ParkedTask(task.outbox_id, task.kind, task.attempts) for task in tasks.parked()],
    )


def retry_event(admin: Actor, event_id: str) -> None:
    """Raises NotFound where no such event is parked."""
    with all_or_nothing() as tx:
        inbox.retry(tx, event_id)
        trail.write(tx, admin, "event.retried", event_id)


def retry_task(admin: Actor, task_id: str) -> None:
    """Raises NotFound where no such task is parked."""
    with all_or_nothing() as tx:
        tasks.retry(tx, task_id)
        trail.write(tx, admin, "task.retried", task_id)
