"""From the outbox table to the queues of those who carry the tasks out."""

from chalice import Blueprint, Rate

from chalicelib.core import settings
from chalicelib.core.records import Change, each_change, on_time
from chalicelib.outbox import dead_letters, waking

jobs = Blueprint(__name__)


@jobs.on_dynamodb_record(stream_arn=settings.stream("outbox"), name="outbox_relay", batch_size=100)
@each_change
def relay(change: Change) -> None:
    """Wake the worker of a new task. The stream is quick, but no guarantee: the sweeper is."""
    if change.old is None and change.new and change.new.get("unfinished"):
        waking.wake(change.new["queue"], change.new["outbox_id"])


@jobs.schedule(Rate(5, unit=Rate.MINUTES), name="outbox_sweep")
@on_time
def sweep() -> None:
    """Wake the workers of the tasks that are late, and count what was put aside."""
    waking.wake_late()
    dead_letters.count()
