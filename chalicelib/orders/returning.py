"""Sending back money that bought nothing: decided with the payment, asked of Stripe by the outbox, entered as told."""

from contextlib import suppress

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.core import actors, clock, logs
from chalicelib.core.errors import Conflict
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.ledger import journals, postings
from chalicelib.ledger.entries import Journal
from chalicelib.orders import adopting, collection, refunding
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import OVERPAID, PURCHASE, REFUND, REVIEW, PaymentRow, RefundRow, refund_row
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task
from chalicelib.payments import gateway, inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Payment, Refund
from chalicelib.payments.wire import ProviderDeclined

TRIES = 5
ACTOR = actors.system("returning")
TWICE = ("paid_before", "already_owned", "already_subscribed")
FAILED = ("failed", "canceled")


class PaymentUnknown(Exception):
    """The refund is of a payment that is not in the book yet."""


def ask(tx: Transaction, order_id: str, payment: Payment, kind: str, reason: str) -> None:
    """Decide, with the payment's own transaction, that all of it goes back."""
    data = {"order_id": order_id, "payment_id": payment.id, "amount": payment.amount, "kind": kind, "reason": reason}
    tasks.put(tx, "order-effects", "return_payment", data, key=_key(payment.id))


def ask_again(tx: Transaction, order_id: str, row: PaymentRow, after: str) -> None:
    """A bank had the money, and gave it back: now it can go back to the buyer."""
    payment_id = row.row.removeprefix("payment#")
    told = {"amount": row.amount, "kind": row.kind, "reason": row.reason}
    data = {"order_id": order_id, "payment_id": payment_id, **told}
    task = tasks.put(tx, "order-effects", "return_payment", data, key=f"{_key(payment_id)}:{after}")
    collection.change(tx, row, returns=[*(row.returns or []), task])


def tasks_of(row: PaymentRow) -> list[str]:
    """The tasks that send it back, or did; none of one that bought something."""
    return [] if row.kind == PURCHASE else [_key(row.row.removeprefix("payment#")), *(row.returns or [])]


def _key(payment_id: str) -> str:
    return f"return:{payment_id}"


def carry_out(task: Task) -> None:
    """Look first, then ask for what is left: whatever became of an earlier attempt, and whoever sent some of it back by
    hand, the money goes back once. While a bank has it, nothing is sent: it goes back by the bank, or is asked for anew
    when the bank gave it back.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    told = task.data
    known = gateway.refunds_of(told["payment_id"])
    ours = any(refund.task == task.outbox_id for refund in known)
    left = told["amount"] - sum(refund.amount for refund in known if refund.status not in FAILED)
    if left > 0 and not ours:
        reason = "duplicate" if told["reason"] in TWICE else "requested_by_customer"
        asked = (task.outbox_id, task.attempts, told["order_id"], told["payment_id"])
        try:
            known.append(gateway.refund(*asked, left, reason))
        except ProviderDeclined as error:
            if error.code != "charge_disputed":
                raise
    for refund in known:
        note(refund, told["order_id"])


def note(refund: Refund, order_id: str, event: Event | None = None) -> None:
    """Enter what is new about a refund. Raises NotFound, PaymentUnknown, RefundUncovered."""
    for _ in range(TRIES):
        order = _with_request(collection.read(order_id), refund)
        if order is None:
            continue
        try:
            with all_or_nothing() as tx:
                facts = _enter(tx, order, refund)
                if not facts and event is None:
                    return
                inbox.finish(tx, event)
        except Conflict:
            continue
        if not (refund.returned and "posted" in facts and "reversed" not in facts):
            return
        event = None  # what left and came back is entered by two transactions, for both move the same balances
    raise Moved


def _with_request(order: Order, refund: Refund) -> Order | None:
    """The order, in which what is refunded of a sale was asked for; None where that had to be entered first."""
    payment = order.payment(refund.payment_id)
    if payment is None or payment.kind != PURCHASE or refunding.request_of(order, refund) or _passed_by(refund):
        return order
    with suppress(Moved), all_or_nothing() as tx:
        adopting.adopt(tx, order, payment, refund)
    return None


def _passed_by(refund: Refund) -> bool:
    """It failed, and all that it moved is back: where nobody asked for it, it concerns no line, access or author."""
    return refund.status in FAILED and bool(refund.settled) == bool(refund.returned)


def _enter(tx: Transaction, order: Order, refund: Refund) -> dict[str, object]:
    """What is new."""
    payment = order.payment(refund.payment_id)
    if payment is None:
        raise PaymentUnknown(refund.payment_id)
    of_a_sale = payment.kind == PURCHASE and refunding.request_of(order, refund) is not None
    row = order.refund(refund.id) or _begun(tx, order, refund)
    facts = _facts(row, refund, at_once=not of_a_sale)
    if not facts and row.version:
        return {}
    if of_a_sale:
        refunding.follow(tx, order, payment, row, refund, facts)
    else:
        _count(tx, order, payment, row, facts)
        _post(tx, order, payment, refund, facts)
    if row.version:
        collection.change(tx, row, **facts)
    else:
        for name, value in facts.items():
            setattr(row, name, value)
        tx.insert(row, Moved())
    trail.write(tx, ACTOR, "payment.returned", order.order_id, refund=refund.id, status=refund.status)
    return facts or {"began": True}


def _begun(tx: Transaction, order: Order, refund: Refund) -> RefundRow:
    """A refund that we had not heard of; its buyer hears of it, unless nothing comes of it."""
    request = refunding.request_of(order, refund)
    if refund.status not in FAILED:
        _tell(tx, order, refund, "refund_sent" if request else "payment_returned")
    return RefundRow(
        order.order_id,
        refund_row(refund.id),
        payment_id=refund.payment_id,
        amount=refund.amount,
        currency=refund.currency,
        request=request.row if request else None,
        parts=request.parts if request else None,
        submitted_at=clock.now(),
        unfinished=REFUND,
        due_at=clock.now(),
    )


def _tell(tx: Transaction, order: Order, refund: Refund, letter: str) -> None:
    """Money goes back to who paid it also where the account is gone; only the letter does not."""
    amount = written(refund.currency, refund.amount)
    mailing.send(tx, letter, order.header.buyer_id, order_id=order.order_id, amount=amount)


def _facts(row: RefundRow, refund: Refund, *, at_once: bool) -> dict[str, object]:
    """What is new. A refund goes from pending to succeeded to failed, never back; an older sight of it adds nothing.

    ``at_once``: leaving and coming back can be entered together.
    """
    facts: dict[str, object] = {}
    if refund.settled and not row.posted:
        facts["posted"] = True
    if refund.returned and not row.reversed and (row.posted or (at_once and refund.settled)):
        facts["reversed"] = True
    if refund.status == "succeeded" and not row.succeeded_at and not row.failed_at:
        facts["succeeded_at"] = clock.now()
    if refund.status in FAILED and not row.failed_at:
        facts["failed_at"] = clock.now()
    if row.unfinished and _is_over(row, facts):
        facts |= {"unfinished": None, "due_at": None}
    return facts


def _is_over(row: RefundRow, facts: dict[str, object]) -> bool:
    """It succeeded and its journal is in the book, or it failed and the book holds what came back."""
    succeeded, failed = row.succeeded_at or "succeeded_at" in facts, row.failed_at or "failed_at" in facts
    posted, returned = row.posted or "posted" in facts, row.reversed or "reversed" in facts
    return posted == returned if failed else bool(succeeded and posted)


def _count(tx: Transaction, order: Order, payment: PaymentRow, row: RefundRow, facts: dict[str, object]) -> None:
    """How much of the payment went back; a failure after success takes it out again. Who places what is in suspense
    looks again."""
    change = row.amount if "succeeded_at" in facts else -row.amount if "failed_at" in facts and row.succeeded_at else 0
    refunded = payment.refunded + change
    if not 0 <= refunded <= payment.reserved <= payment.amount:
        raise ValueError(f"refunded {refunded} of {payment.reserved} reserved of {payment.amount}")
    if change:
        collection.change(tx, payment, refunded=refunded)
    header: dict[str, object] = {}
    if change and payment.kind == REVIEW:
        whole = all(other.refunded == other.amount for other in order.payments if other.kind == REVIEW)
        header["returned_at"] = clock.now() if whole else None
    collection.guard(tx, order, **header)
    if "failed_at" in facts:
        logs.incident("return_failed", order_id=order.order_id, refund=row.row)


def _post(tx: Transaction, order: Order, payment: PaymentRow, refund: Refund, facts: dict[str, object]) -> None:
    """J2r when the money left the balance; its stored inverse, J3r, when it came back."""
    left = _left(order, payment, refund) if "posted" in facts else None
    if left:
        journals.post(tx, left)
    if "reversed" in facts and refund.returned:
        stored = left or refunding.posted(f"J2r#{refund.id}")
        journals.post(tx, postings.undone(stored, "J3r", refund.id, refund.returned))


def _left(order: Order, payment: PaymentRow, refund: Refund) -> Journal | None:
    if refund.settled is None:
        return None
    account = postings.OVERPAID if payment.kind == OVERPAID else postings.SUSPENSE
    told = (refund.id, order.order_id, account, refund.currency, refund.amount)
    return postings.refund_of_suspended(*told, refund.settled)
