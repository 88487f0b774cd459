"""A payment becomes facts: order, access, journals and receipt in one transaction, keyed by the payment.

Told twice, or late, or in any order, it comes to the same. A payment is never turned away because of our own state:
what buys nothing waits in suspense and goes back.
"""

from typing import Any, NamedTuple

import msgspec

from chalicelib.audit import trail
from chalicelib.catalog import cards, works
from chalicelib.catalog.cards import Card
from chalicelib.catalog.works import PUBLISHED, FileRef
from chalicelib.core import actors, clock, logs, settings
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.ledger import earnings, journals, postings
from chalicelib.ledger.entries import Journal
from chalicelib.library import access
from chalicelib.orders import (
    collection,
    declaring,
    discounting,
    earning,
    passing,
    releasing,
    returning,
    taxing,
    terms,
)
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import OVERPAID, PURCHASE, RELEASE, REVIEW, SETTLEMENT, PaymentRow, payment_row
from chalicelib.outbox import tasks
from chalicelib.payments import inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Payment

TRIES = 5
ACTOR = actors.system("fulfilment")


class GoodsMoved(Conflict):
    """A work is no longer what was ordered, or the buyer has it by now: look at the goods again."""


class Goods(NamedTuple):
    """What a buyer gets, as of the works' present versions; or the reason why not."""

    works: list[tuple[Card, list[FileRef]]]
    refused: str | None = None


def take(payment: Payment, event: Event | None = None) -> None:
    """Enter a payment that was received, as far as it is not entered yet. Two calls to the store.

    Raises NotFound where it is for no order of ours.
    """
    look_again = False
    for _ in range(TRIES):
        order = collection.read(payment.order_id)
        try:
            with all_or_nothing() as tx:
                if not _enter(tx, order, payment, look_again) and event is None:
                    return
                inbox.finish(tx, event)
            return
        except GoodsMoved:
            look_again = True
        except Conflict:
            continue
    raise Moved


def enter(tx: Transaction, order: Order, payment: Payment, refused: str | None = None) -> None:
    """The payment of an order that this transaction begins: it buys a pass; or goes back, where that is ``refused``."""
    refused = refused or _mismatch(order, payment)
    if refused:
        _return(tx, order, payment, REVIEW, refused)
    else:
        _sell(tx, order, payment, Goods([]))


def give(order: Order) -> Order:
    """Fulfil an order of nothing but free works: the same goods, without a payment. Gives the order as it then is."""
    goods = _ordered(order)
    for _ in range(TRIES):
        if order.header.paid_at or order.header.failed_at or order.header.canceled_at:
            return order
        try:
            with all_or_nothing() as tx:
                if goods.refused:
                    _fail(tx, order, goods.refused)
                else:
                    _deliver(tx, order, goods)
            return order
        except Conflict as conflict:
            order = collection.read(order.order_id)
            goods = _present(order) if isinstance(conflict, GoodsMoved) else goods
    raise Moved


def _enter(tx: Transaction, order: Order, payment: Payment, look_again: bool) -> bool:
    """Decide what the payment is. False where all of it is known."""
    known = order.payment(payment.id)
    if known:
        return _settle(tx, order, known, payment)
    if order.header.paid_at:
        _return(tx, order, payment, OVERPAID, "paid_before")
        return True
    refused = _mismatch(order, payment)
    goods = Goods([], refused) if refused else _present(order) if look_again else _ordered(order)
    if goods.refused:
        _return(tx, order, payment, REVIEW, goods.refused)
    else:
        _sell(tx, order, payment, goods)
    return True


def _mismatch(order: Order, payment: Payment) -> str | None:
    """Why the payment is not the one that was asked for."""
    if payment.livemode != (settings.value("STRIPE_LIVEMODE") == "1"):
        return "livemode"
    if payment.currency != order.header.currency:
        return "currency"
    return "amount" if payment.amount != order.header.total else None


def _ordered(order: Order) -> Goods:
    """The goods as ordered; the transaction makes sure that they are still so."""
    return Goods(
        [(msgspec.convert(line.card, Card), msgspec.convert(line.files, list[FileRef])) for line in order.works]
    )


def _present(order: Order) -> Goods:
    """The goods as they are now. A newer version is no reason to refuse; a withdrawn work, or one that the buyer got
    meanwhile by another order, is."""
    source = access.order(order.order_id)
    found = []
    for work, holding in terms.offers(order.header.buyer_id, [line.work_id for line in order.works]):
        if work is None or work.state != PUBLISHED:
            return Goods([], "withdrawn")
        if holding and holding.sources - {source} and not order.header.gift:
            return Goods([], "already_owned")
        found.append((cards.of(work), work.files))
    return Goods(found)


def _sell(tx: Transaction, order: Order, payment: Payment, goods: Goods) -> None:
    authors = earning.shares_of(order.lines)
    commission, tax = sum(line.commission for line in order.lines), taxing.total(order.lines)
    sale = postings.sale(payment.id, order.order_id, payment.currency, authors, commission, tax)
    _receive(tx, order, payment, sale, kind=PURCHASE)
    declaring.sale(tx, order)
    earned = earning.facts(earnings.begin(payment.currency, authors))
    _deliver(tx, order, goods, earned, payment=payment.id)


def _deliver(tx: Transaction, order: Order, goods: Goods, earned: dict[str, Any] | None = None, **facts: Any) -> None:
    """Paid, accessible and on its way to being told, all at once. A gift is nobody's until it is claimed."""
    paid = {"paid_at": clock.now(), **(earned or {}), **discounting.take_again(tx, order.header)}
    collection.change(tx, order.header, **paid, unfinished=None, due_at=None)
    for card, files in goods.works:
        works.require_published(tx, card.work_id, card.version, GoodsMoved())
        if order.holder_id:
            access.grant(tx, order.holder_id, card, files, access.order(order.order_id), GoodsMoved())
    passing.begin(tx, order)
    tasks.put(tx, "order-effects", "send_receipt", {"order_id": order.order_id}, key=f"receipt:{order.order_id}")
    trail.write(tx, ACTOR, "order.paid", order.order_id, **facts)


def _return(tx: Transaction, order: Order, payment: Payment, kind: str, reason: str) -> None:
    """Money that buys nothing: into the book, and back to the buyer."""
    told = (payment.id, order.order_id, payment.currency, payment.amount)
    journal = postings.second_payment(*told) if kind == OVERPAID else postings.unexplained_payment(*told)
    _receive(tx, order, payment, journal, kind=kind, reason=reason, reserved=payment.amount)
    facts: dict[str, Any] = {"overpaid_at": order.header.overpaid_at or clock.now()}
    if kind == REVIEW:
        facts = {"review_at": clock.now(), "review_reason": reason, "returned_at": None}
        facts |= discounting.give_back(tx, order.header)
    collection.change(tx, order.header, **facts, unfinished=None, due_at=None)
    returning.ask(tx, order.order_id, payment, kind, reason)
    trail.write(tx, ACTOR, f"order.{kind}", order.order_id, payment=payment.id, reason=reason)
    if kind == REVIEW:
        logs.incident("payment_unexplained", order_id=order.order_id, reason=reason)


def _fail(tx: Transaction, order: Order, reason: str) -> None:
    facts = {"failed_at": clock.now(), "review_reason": reason, **discounting.give_back(tx, order.header)}
    collection.change(tx, order.header, **facts, unfinished=None, due_at=None)
    trail.write(tx, ACTOR, "order.failed", order.order_id, reason=reason)


def _receive(tx: Transaction, order: Order, payment: Payment, journal: Journal, **facts: Any) -> None:
    """The payment and its journals; where its balance transaction is not known yet, the payment waits for it."""
    now = clock.now()
    row = PaymentRow(
        order.order_id,
        payment_row(payment.id),
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        charge_id=payment.charge_id,
        received_at=now,
        balance_transaction=payment.settled.id if payment.settled else None,
        **facts,
    )
    for name, value in (_held(row) if payment.settled else {"unfinished": SETTLEMENT, "due_at": now}).items():
        setattr(row, name, value)
    tx.insert(row, Moved())
    journals.post(tx, journal)
    _post_settlement(tx, order, payment)


def _settle(tx: Transaction, order: Order, row: PaymentRow, payment: Payment) -> bool:
    """The balance transaction of a payment that is in the book already."""
    if payment.settled is None or row.balance_transaction:
        return False
    collection.change(tx, row, balance_transaction=payment.settled.id, **_held(row))
    _post_settlement(tx, order, payment)
    trail.write(tx, ACTOR, "payment.settled", order.order_id, payment=payment.id, transaction=payment.settled.id)
    return True


def _held(row: PaymentRow) -> dict[str, Any]:
    """What a payment that has settled waits for: the end of its authors' hold, where it bought something."""
    if row.kind != PURCHASE:
        return {"unfinished": None, "due_at": None}
    return {"unfinished": RELEASE, "due_at": releasing.due(row.received_at)}


def _post_settlement(tx: Transaction, order: Order, payment: Payment) -> None:
    if payment.settled:
        told = (payment.id, order.order_id, payment.currency, payment.amount)
        journals.post(tx, postings.settlement(*told, payment.settled))
