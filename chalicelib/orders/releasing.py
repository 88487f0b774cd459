"""The end of the hold: what authors have of a sale becomes theirs to be paid.

A sale is held while its buyer may still ask for the money: for some days, and then as long as somebody asks or
complains, a refund is under way, or a bank has the money or may take it.
"""

from datetime import datetime, timedelta

from chalicelib.audit import trail
from chalicelib.core import actors, settings
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import earnings, journals, postings
from chalicelib.ledger.earnings import Rate
from chalicelib.ledger.entries import Journal
from chalicelib.orders import collection, contested, earning, refund_policy, refunding
from chalicelib.orders.collection import Order
from chalicelib.orders.models import RELEASE, PaymentRow

ACTOR = actors.system("releasing")


def due(received_at: datetime) -> datetime:
    """When the hold of a sale ends: never while money still goes back without anybody deciding."""
    return received_at + timedelta(days=max(int(settings.value("PAYOUT_HOLD_DAYS")), refund_policy.LONGEST_WINDOW))


def release(row: PaymentRow) -> None:
    """Let authors have what they earned by this payment, where nothing keeps it; else it waits on."""
    order = collection.read(row.order_id)
    payment = order.purchase
    if payment is None or payment.unfinished != RELEASE or _is_kept(order):
        return
    rate = _rate(refunding.posted(f"J1s#{row.row.removeprefix('payment#')}"), payment)
    now, entries = earnings.release(earning.of(order), rate)
    number = order.header.releases + 1
    with all_or_nothing() as tx:
        collection.change(tx, payment, unfinished=None, due_at=None)
        if not entries:
            collection.guard(tx, order)
            return
        name = row.row.removeprefix("payment#") + ("" if number == 1 else f".{number}")
        journals.post(tx, postings.release(name, order.order_id, entries))
        collection.guard(tx, order, releases=number, **earning.facts(now))
        trail.write(tx, ACTOR, "order.released", order.order_id, number=number)


def _is_kept(order: Order) -> bool:
    """Something of it is asked for, or on its way back, or a bank decides, or somebody must of a complaint."""
    complained = any(row.decided_at is None for row in order.complaints)
    return contested.is_asked_back(order) or complained or contested.is_frozen(order)


def _rate(settlement: Journal, payment: PaymentRow) -> Rate:
    """What the sale came to before fees, by the journal of its settlement."""
    fx = [entry for entry in settlement.entries if entry.account == postings.FX and entry.amount < 0]
    if not fx:
        return Rate(payment.amount, payment.amount, payment.currency)
    return Rate(payment.amount, -fx[0].amount, fx[0].currency)
