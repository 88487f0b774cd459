"""Asking the provider to send an approved refund; what comes of it is entered as told."""

from chalicelib.audit import trail
from chalicelib.core import actors, clock, logs
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, decided
from chalicelib.orders import collection, contested, refunding, returning
from chalicelib.outbox.tasks import Task
from chalicelib.payments import gateway
from chalicelib.payments.wire import ProviderDeclined

ACTOR = actors.system("refunding")


def carry_out(task: Task) -> None:
    """Look first, then ask: whatever became of an earlier attempt, the money goes back once.

    A refund that the provider will never make ends the request. Raises ProviderUnavailable.
    """
    order = collection.read(task.data["order_id"])
    request = order.request(task.data["request_id"])
    if request is None or request.failed_at or request.refunded_at:
        return None
    refund = next((each for each in gateway.refunds_of(request.payment_id) if each.task == task.outbox_id), None)
    try:
        if refund is None and contested.is_waiting(order):
            return _give_up(order.order_id, task.data["request_id"], "disputed")
        if refund is None:
            asked = (task.outbox_id, task.attempts, order.order_id, request.payment_id)
            refund = gateway.refund(*asked, request.amount, "requested_by_customer")
    except ProviderDeclined as error:
        _give_up(order.order_id, task.data["request_id"], error.code)
    else:
        returning.note(refund, order.order_id)


def _give_up(order_id: str, request_id: str, code: str | None) -> None:
    """The provider refuses: nothing is reserved any more, and a person looks."""

    def decide(tx: Transaction) -> bool:
        order = collection.read(order_id)
        request, payment = order.request(request_id), order.purchase
        if request is None or payment is None or request.failed_at:
            return False
        refunding.release(tx, order, request, failed_at=clock.now())
        trail.write(tx, ACTOR, "refund.failed", order_id, request=request_id, code=code)
        return True

    if decided(decide, Conflict):
        logs.incident("return_failed", order_id=order_id, request=request_id, code=code)
