"""A paid invoice of a subscription is an order of its own: entered with its payment, and from then on like any other.

Its id comes from the payment's, which knows neither order nor subscription: so what is told of the payment later finds
it, and told twice it is one.
"""

from chalicelib.catalog.offers import Pass
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.orders import checkout, collection, fulfilment, passing, subscriptions, taxing
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import LineRow, OrderRow, SubscriptionRow
from chalicelib.payments import billing, gateway, inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Invoice, Payment

TRIES = 5


class InvoiceUnexplained(Exception):
    """An invoice is paid, and no payment that we can see paid it: a credit, or a hand in the provider's dashboard."""


class Rivaled(Exception):
    """Another subscription of the account renews a pass of the same author, as of the moment that this one begins."""


def take(payment: Payment, event: Event | None = None) -> None:
    """Enter a payment of an order, or of an invoice. Raises NotFound where it is for nothing of ours."""
    try:
        return fulfilment.take(payment, event)
    except NotFound:
        invoice = billing.invoice_of(payment.id) if payment.invoiced else None
    if invoice is None:
        raise NotFound
    return _take(invoice, payment, event)


def enter(invoice: Invoice, event: Event | None = None) -> None:
    """Enter what paid an invoice, as far as it is not entered yet. Raises NotFound, InvoiceUnexplained."""
    found = [gateway.read_payment(payment_id) for payment_id in invoice.payments]
    paid = [payment for payment in found if payment.paid]
    if not paid:
        raise InvoiceUnexplained(invoice.id)
    for payment in paid:
        _take(invoice, payment, event if payment is paid[-1] else None)


def is_known(invoice: Invoice) -> bool:
    """All that is to pay it, or did, is an order. A query for each."""
    try:
        for payment_id in invoice.payments:
            collection.read(gateway.invoiced_order(payment_id))
    except NotFound:
        return False
    return bool(invoice.payments)


def _take(invoice: Invoice, payment: Payment, event: Event | None) -> None:
    refused = None
    for _ in range(TRIES):
        try:
            return fulfilment.take(payment, event)
        except NotFound:
            row = subscriptions.read(invoice.account_id, invoice.subscription_id)
        order = _order(row, invoice, payment)
        try:
            with all_or_nothing() as tx:
                _begin(tx, row, invoice, order, payment, refused or _refused(row, invoice))
                inbox.finish(tx, event)
            return None
        except Rivaled:
            refused = "already_subscribed"
        except Conflict:
            continue
    raise Moved


def _refused(row: SubscriptionRow, invoice: Invoice) -> str | None:
    """Two pages for one subscription were both paid: the first is the subscription."""
    return None if row.provider_id in (None, invoice.billed_by) else "paid_before"


def _begin(
    tx: Transaction, row: SubscriptionRow, invoice: Invoice, order: Order, payment: Payment, refused: str | None
) -> None:
    """Order and payment at once. What goes back is not charged again either. That the passes are read before the others
    are looked at, and written as they were, lets one of two who begin at once be the first."""
    tx.begin(order.header, Moved())
    for line in order.lines:
        tx.begin(line)
    fulfilment.enter(tx, order, payment, refused)
    if order.header.review_at:
        subscriptions.end_renewal(tx, row, invoice.billed_by, at_once=True)
    elif row.begun_at is None and subscriptions.has_rival(row):
        raise Rivaled


def _order(row: SubscriptionRow, invoice: Invoice, payment: Payment) -> Order:
    line = _line(row, invoice, payment)
    now = clock.now()
    header = OrderRow(
        payment.order_id,
        buyer_id=row.subscriber_id,
        placed_at=now,
        currency=row.currency,
        total=line.price,
        works=[checkout.shown(line)],
        methods=list(billing.METHODS),
        refund_policy=row.refund_policy,
        closes_at=now,
    )
    return Order(header, [line], [], [], [], [], [])


def _line(row: SubscriptionRow, invoice: Invoice, payment: Payment) -> LineRow:
    """On the terms that were frozen when it was begun, for the days that the invoice is for: months differ. What of it
    is tax, the invoice says; Stripe declares that by itself."""
    sold = Pass(row.pass_id, row.author_id, row.title, invoice.days, {row.currency: row.price})
    line = passing.line(payment.order_id, 1, sold, row.currency, row.commission_basis_points)
    line.subscription, line.billed_by = row.subscription_id, invoice.billed_by
    if tax := billing.tax_in(invoice):
        taxing.put(line, tax)
    return line
