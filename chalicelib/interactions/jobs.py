"""What follows from interactions, and what enters among them from facts."""

from chalice import Blueprint
from msgspec import Struct

from chalicelib.core import clock, facts, ids, settings
from chalicelib.core.facts import Fact
from chalicelib.core.records import Change, all_changes
from chalicelib.interactions import history, progress, recording, telling

jobs = Blueprint(__name__)


class Line(Struct):
    work_id: str


class OrderPaid(Struct):
    order_id: str
    buyer_id: str
    paid_at: str
    lines: list[Line]


class ReviewCounted(Struct):
    work_id: str
    account_id: str
    counted_at: str
    new: int | None = None


@jobs.on_dynamodb_record(stream_arn=settings.stream("interactions"), name="interactions_publish", batch_size=100)
@all_changes
def publish(changes: list[Change]) -> None:
    """Move progress on, erase what shall be erased, and tell the rest. The table's order is kept for each account."""
    for change in changes:
        if change.new and telling.is_event(change) and change.new["kind"] == "progress":
            progress.advance(change.new)
        elif change.new and telling.is_erasure(change):
            history.erase(change.new["account_id"], change.new["at"])
    erasures = [telling.erased(change) for change in changes if telling.is_erasure(change)]
    facts.publish(telling.recorded(changes) + erasures + _deleted(changes))


def _deleted(changes: list[Change]) -> list[Fact]:
    deletions = [change for change in changes if telling.is_deletion(change)]
    return telling.deleted(deletions, history.erased({(change.old or {})["account_id"] for change in deletions}))


@jobs.on_sqs_message(queue=settings.queue("interactions-facts"), name="interactions_enter", batch_size=10)
@facts.each_fact
def enter(fact: Fact) -> None:
    """Purchases and ratings are interactions too, on the word of the rooms where they happened."""
    if fact.type == "order.paid":
        order = fact.read(OrderPaid)
        bought = [line.work_id for line in order.lines]
        recording.enter(order.buyer_id, "purchase", order.order_id, clock.parse(order.paid_at), bought)
    elif (review := fact.read(ReviewCounted)).new is not None:
        event_id = ids.derived(fact.id)
        recording.enter(
            review.account_id, "rating", event_id, clock.parse(review.counted_at), [review.work_id], rating=review.new
        )
