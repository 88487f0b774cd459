"""What orders do when they are told something, and when nobody tells them."""

from collections.abc import Callable
from typing import Any

import msgspec
from chalice import Blueprint, Rate

from chalicelib.core import facts, logs, settings
from chalicelib.core.records import Change, each_change, on_time
from chalicelib.orders import answering, declaring, hearing, receipts, returning, sending_back, sweeping, unsubscribing
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task
from chalicelib.payments import inbox
from chalicelib.settlement import paying

jobs = Blueprint(__name__)

EFFECTS: dict[str, Callable[[Task], None]] = {
    "refund_sale": sending_back.carry_out,
    "return_payment": returning.carry_out,
    "hand_in_evidence": answering.hand_in,
    "accept_dispute": answering.accept,
    "end_renewal": unsubscribing.carry_out,
    "end_subscriptions": unsubscribing.leave,
    "move_money": paying.carry_out,
    "declare_tax": declaring.declare,
    "declare_tax_back": declaring.declare_back,
    "declare_tax_undone": declaring.declare_undone,
    "send_receipt": lambda task: receipts.send(task.data["order_id"]),
}


@jobs.on_dynamodb_record(stream_arn=settings.stream("inbox"), name="orders_hear", batch_size=10)
@each_change
def hear(change: Change) -> None:
    """An event of the payment provider that is new, or came again. The stream is quick; the sweeper is sure."""
    if change.became("unfinished", inbox.WAITS) and change.new and (event := inbox.of(change.new)):
        hearing.hear(event)


@jobs.on_dynamodb_record(stream_arn=settings.stream("orders"), name="orders_tell", batch_size=100)
@each_change
def tell(change: Change) -> None:
    """Each order that was paid and has a holder, told once for each of the stream's tellings, with the same id."""
    new, old = change.new, change.old or {}
    if not new or new["row"] != "order":
        return
    if _became(new, old, "claimed_at" if new.get("gift") else "paid_at"):
        facts.publish([facts.of(change, "order.paid", new["order_id"], _paid(new))])
    if _became(new, old, "paid_at"):
        logs.count("OrdersPaid")


@jobs.on_sqs_message(queue=settings.queue("order-effects"), name="orders_carry_out", batch_size=5)
@tasks.each_task
def carry_out(task: Task) -> None:
    """What orders decided to do in the world outside."""
    EFFECTS[task.kind](task)


@jobs.schedule(Rate(5, unit=Rate.MINUTES), name="orders_sweep")
@on_time
def sweep() -> None:
    """Look at what is late."""
    sweeping.sweep()


def _became(new: dict[str, Any], old: dict[str, Any], fact: str) -> bool:
    return bool(new.get(fact) and not old.get(fact))


def _paid(header: dict[str, Any]) -> dict[str, Any]:
    """Of a gift, for who claimed it, as of then."""
    lines = [
        {**{name: work[name] for name in ("work_id", "kind", "subjects", "price")}, "currency": header["currency"]}
        for work in msgspec.json.decode(header["works"])
        if work["kind"] != "pass"
    ]
    told = {name: header[name] for name in ("order_id", "buyer_id", "paid_at", "currency", "total")}
    has = {"buyer_id": header["claimed_by"], "paid_at": header["claimed_at"]} if header.get("gift") else {}
    return {**told, **has, "lines": lines}
