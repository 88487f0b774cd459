"""A sale goes back: what the provider tells of a refund becomes facts of order and lines, access and journals, at once.

Access to a work ends when all of its line went back, and returns when the provider's refund failed after all.
"""

from typing import Any

import msgspec

from chalicelib.core import clock, logs
from chalicelib.core.transactions import Transaction
from chalicelib.ledger import earnings, journals, postings, returns
from chalicelib.ledger.earnings import Earnings
from chalicelib.ledger.entries import Journal
from chalicelib.ledger.returns import Taken, Terms
from chalicelib.orders import collection, contested, declaring, earning, entitlement
from chalicelib.orders.collection import Order
from chalicelib.orders.models import DECISION, LineRow, PaymentRow, RefundRow, RequestRow, request_row
from chalicelib.outbox import tasks
from chalicelib.payments.objects import Refund

KEY = "refund:"


def submit(tx: Transaction, order_id: str, request_id: str) -> None:
    """Decide, with the transaction that approves a request, that its money goes back."""
    data = {"order_id": order_id, "request_id": request_id}
    tasks.put(tx, "order-effects", "refund_sale", data, key=f"{KEY}{request_id}")


def request_of(order: Order, refund: Refund) -> RequestRow | None:
    """What a refund was asked for by, or was adopted as; None where it was made at the provider itself, and is new."""
    asked = order.request(refund.task.removeprefix(KEY)) if refund.task.startswith(KEY) else None
    return asked or order.request(refund.id)


def asked(
    order: Order, payment: PaymentRow, request_id: str, parts: dict[str, int], reasons: list[str], **facts: Any
) -> RequestRow:
    """So much of these lines is asked back now; ``facts`` say what is decided of it already. Who inserts it reserves
    its parts."""
    return RequestRow(
        order.order_id,
        request_row(request_id),
        payment_id=payment.row.removeprefix("payment#"),
        amount=sum(parts.values()),
        currency=payment.currency,
        parts=parts,
        reasons=reasons,
        requested_at=clock.now(),
        **facts,
    )


def approved(at_once: bool) -> dict[str, Any]:
    """Approved as it is asked for; else it waits for somebody."""
    now = clock.now()
    return {"approved_at": now} if at_once else {"unfinished": DECISION, "due_at": now}


def release(tx: Transaction, order: Order, request: RequestRow, **facts: Any) -> None:
    """The request ends without money going back: what it reserved is free again."""
    payment = order.purchase
    if payment is None:
        raise LookupError(f"{order.order_id} was not bought")
    reserve(tx, order, payment, {row: -part for row, part in request.parts.items()})
    collection.change(tx, request, **facts, unfinished=None, due_at=None)


def reserve(tx: Transaction, order: Order, payment: PaymentRow, parts: dict[str, int]) -> None:
    """So much of each line, and of the payment; of many who ask at once one wins, and the others look again. Less than
    nothing frees it."""
    collection.guard(tx, order)
    collection.change(tx, payment, reserved=payment.reserved + sum(parts.values()))
    for line in order.lines:
        if line.row in parts:
            collection.change(tx, line, reserved=line.reserved + parts[line.row])


def follow(
    tx: Transaction, order: Order, payment: PaymentRow, row: RefundRow, refund: Refund, facts: dict[str, Any]
) -> None:
    """Let order, lines, access and book follow what is new of a refund; ``facts`` gains what its row must keep."""
    request = request_of(order, refund)
    if request is None:
        raise LookupError(refund.id)
    moved = 1 if "succeeded_at" in facts else -1 if "failed_at" in facts and row.succeeded_at else 0
    freed = row.amount if "failed_at" in facts else 0
    taken, earned = _book(tx, order, row, refund, facts)
    for line in order.lines:
        part = request.parts.get(line.row, 0)
        if part:
            _follow_line(tx, order, line, moved * part, part if freed else 0, taken.get(line.row))
    waits = earning.held_again(payment, earned, clock.now())
    if moved or freed or waits:
        refunded = payment.refunded + moved * row.amount
        collection.change(tx, payment, refunded=refunded, reserved=payment.reserved - freed, **waits)
    header = {"refunded": order.header.refunded + moved * row.amount, **earning.facts(earned)}
    collection.change(tx, order.header, **header)
    told = {name: clock.now() for name, new in (("refunded_at", moved > 0), ("failed_at", freed)) if new}
    if told:
        ended = {"refunded_at": None} if freed else {}
        collection.change(tx, request, **{**ended, **told}, unfinished=None, due_at=None)
    if freed:
        logs.incident("return_failed", order_id=order.order_id, refund=row.row)


def _follow_line(
    tx: Transaction, order: Order, line: LineRow, moved: int, freed: int, booked: tuple[int, Taken] | None
) -> None:
    """One change of the line, and of the access that it is."""
    was_whole, refunded = line.refunded == line.price, line.refunded + moved
    if not 0 <= refunded <= line.reserved <= line.price:
        raise ValueError(f"{line.row}: refunded {refunded} of {line.reserved} reserved of {line.price}")
    facts: dict[str, Any] = {"refunded": refunded, "reserved": line.reserved - freed}
    if booked:
        facts |= {"booked": booked[0], "taken": msgspec.to_builtins(booked[1])}
    collection.change(tx, line, **facts)
    if refunded == line.price and not was_whole:
        entitlement.end(tx, order, line)
    elif was_whole and refunded < line.price and not contested.is_suspended(order):
        entitlement.restore(tx, order, line)


def _book(
    tx: Transaction, order: Order, row: RefundRow, refund: Refund, facts: dict[str, Any]
) -> tuple[dict[str, tuple[int, Taken]], Earnings]:
    """J2 when the money left the balance; its stored inverse, J3, when it came back. What each line then has booked,
    and taken back in all; and what the authors then have."""
    after: dict[str, tuple[int, Taken]] = {}
    parts = {line: part for line, part in (row.parts or {}).items() if part}
    left, took = None, {line: msgspec.convert(each, Taken) for line, each in (row.taken or {}).items()}
    lines, earned = {line.row: line for line in order.lines}, earning.of(order)
    if "posted" in facts and refund.settled:
        took = {name: next_part(lines[name], part) for name, part in parts.items()}
        all_of_it = total(took)
        earned, authors = earnings.take(earned, all_of_it.authors)
        told = (refund.id, order.order_id, refund.currency, all_of_it, authors)
        left = postings.refund(*told, refund.settled)
        journals.post(tx, left)
        declaring.back(tx, order, refund.id, took)
        facts["taken"] = msgspec.to_builtins(took)
        after = {
            name: (lines[name].booked + part, taken_of(lines[name]).plus(took[name])) for name, part in parts.items()
        }
    if "reversed" in facts and refund.returned:
        stored = left or posted(f"J2#{refund.id}")
        journals.post(tx, postings.undone(stored, "J3", refund.id, refund.returned))
        declaring.undone(tx, order, refund.id, took)
        earned = earnings.give_back(earned, total(took).authors, stored)
        for name, part in parts.items():
            booked, taken = after.get(name, (lines[name].booked, taken_of(lines[name])))
            after[name] = (booked - part, taken.less(took[name]))
    return after, earned


def next_part(line: LineRow, part: int) -> Taken:
    """What the next part of the line takes from whom."""
    return returns.next_part(terms_of(line), line.booked, taken_of(line), part)


def is_returned(line: LineRow) -> bool:
    """All of it went back."""
    return bool(0 < line.price == line.refunded)


def posted(journal_id: str) -> Journal:
    """A journal that must be in the book. Raises LookupError."""
    stored = journals.find(journal_id)
    if stored is None:
        raise LookupError(f"{journal_id} is not in the book")
    return stored


def terms_of(line: LineRow) -> Terms:
    return Terms(line.price, line.tax["amount"], line.commission_basis_points, line.shares)


def taken_of(line: LineRow) -> Taken:
    """What refunds in the book took of the line, and from whom."""
    return msgspec.convert(line.taken, Taken) if line.taken else Taken()


def total(took: dict[str, Taken]) -> Taken:
    total = Taken()
    for each in took.values():
        total = total.plus(each)
    return total
