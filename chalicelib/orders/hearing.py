"""What the provider tells: an event says only where to look; what is there now is entered."""

from collections.abc import Callable

from chalicelib.audit import trail
from chalicelib.core import actors, clock
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import Transaction, all_or_nothing, decided
from chalicelib.orders import collection, discounting, disputing, following, fulfilment, renewing, returning
from chalicelib.orders.collection import Order
from chalicelib.orders.disputing import DisputeUnknown
from chalicelib.orders.following import SubscriptionUnknown
from chalicelib.orders.renewing import InvoiceUnexplained
from chalicelib.orders.returning import PaymentUnknown
from chalicelib.payments import billing, contests, gateway, inbox, transfers
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import COMPLETE, EXPIRED, PROCESSING, Payment, Session
from chalicelib.payments.wire import ProviderDeclined
from chalicelib.settlement import banking, payees, paying
from chalicelib.settlement.paying import PayeeUnknown

ACTOR = actors.system("hearing")
_ENDS = {"expired_at", "failed_at"}


def hear(event: Event) -> None:
    """Enter what an event is about. What nobody can enter yet is put aside, never dropped.

    Raises where something is missing for now: the event comes again.
    """
    deed = _deed(event.type)
    if deed is None:
        return inbox.park(event, "nobody works on events of this type yet")
    try:
        deed(event)
    except PayeeUnknown:
        inbox.park(event, "its account is none of ours")
    except NotFound:
        inbox.park(event, "it is for no order of ours")
    except DisputeUnknown as error:
        inbox.park(event, f"the dispute is nothing that we know: {error}")
    except SubscriptionUnknown as error:
        inbox.park(event, f"the subscription is nothing that we know: {error}")
    except InvoiceUnexplained as error:
        inbox.park(event, f"the invoice was paid by nothing that we see: {error}")
    except ProviderDeclined as error:
        inbox.park(event, f"the provider does not show its object: {error.code}")


def look(type: str, object_id: str) -> None:
    """Enter what an object is now, as if an event of this type had told of it. Raises what says that nobody can."""
    if deed := _deed(type):
        deed(Event("", type, object_id))


def _deed(type: str) -> Callable[[Event], None] | None:
    return next((deed for beginning, deed in _DEEDS.items() if type.startswith(beginning)), None)


def observe(session: Session, event: Event | None = None) -> None:
    """Enter what a payment page has come to. Raises NotFound where it is for no order of ours."""
    if session.subscribes:
        return following.observe(session, event)
    if session.payment and session.payment.paid:
        return fulfilment.take(session.payment, event)

    def decide(tx: Transaction) -> None:
        order = collection.read(session.order_id)
        if facts := _facts(order, session):
            given = discounting.give_back(tx, order.header) if facts.keys() & _ENDS else {}
            collection.change(tx, order.header, **facts, **given)
            trail.write(tx, ACTOR, "order.observed", order.order_id, session=session.id, became=session.status)
        inbox.finish(tx, event)

    return decided(decide, Conflict)


def _facts(order: Order, session: Session) -> dict[str, object]:
    """What an unpaid page says that is not known yet. A page that we never noted is adopted; of one that another took
    the place of, nothing is heard."""
    header = order.header
    facts: dict[str, object] = {}
    if header.session_id is None and session.status != EXPIRED:
        offered = list(session.offered)
        facts = {"session_id": session.id, "session_url": session.url, "offered": offered, "awaiting_at": clock.now()}
    elif header.session_id != session.id:
        return {}
    became = _became(session)
    if became and not getattr(header, became):
        facts[became] = clock.now()
        if became != "processing_at":
            facts |= {"unfinished": None, "due_at": None}
    return facts


def _became(session: Session) -> str | None:
    if session.status == EXPIRED:
        return "expired_at"
    if session.status == COMPLETE and session.payment:
        return "processing_at" if session.payment.status == PROCESSING else "failed_at"
    return None


def _of_session(event: Event) -> None:
    observe(gateway.read_checkout(event.object_id), event)


def _of_payment(event: Event) -> None:
    _enter(gateway.read_payment(event.object_id), event)


def _of_charge(event: Event) -> None:
    payment = gateway.payment_of_charge(event.object_id)
    if payment is None:
        raise NotFound
    _enter(payment, event)


def _of_refund(event: Event) -> None:
    refund = gateway.read_refund(event.object_id)
    order_id = refund.order_id or gateway.read_payment(refund.payment_id).order_id
    _with_payment(refund.payment_id, lambda: returning.note(refund, order_id, event))


def _of_dispute(event: Event) -> None:
    dispute = contests.read_dispute(event.object_id)
    if not dispute.payment_id:
        raise NotFound
    order_id = gateway.read_payment(dispute.payment_id).order_id
    _with_payment(dispute.payment_id, lambda: disputing.note(dispute, order_id, event))


def _with_payment(payment_id: str, note: Callable[[], None]) -> None:
    """What is about a payment that is not in the book waits until that is entered."""
    try:
        note()
    except (PaymentUnknown, NotFound):
        renewing.take(gateway.read_payment(payment_id))
        note()


def _enter(payment: Payment, event: Event) -> None:
    """A payment that failed or was canceled says nothing that its page, or its invoice, does not."""
    if payment.paid:
        renewing.take(payment, event)
    else:
        if not payment.invoiced:
            collection.read(payment.order_id)
        with all_or_nothing() as tx:
            inbox.finish(tx, event)


def _of_subscription(event: Event) -> None:
    seen = billing.read_subscription(event.object_id)
    following.note(seen.account_id, seen.subscription_id, seen.id, event)


def _of_invoice(event: Event) -> None:
    """Paid, it is an order; else its subscription says what became of it."""
    invoice = billing.read_invoice(event.object_id)
    if invoice.status == "paid":
        renewing.enter(invoice, event)
    elif invoice.billed_by:
        following.note(invoice.account_id, invoice.subscription_id, invoice.billed_by, event)
    else:
        raise NotFound


def _of_payee(event: Event) -> None:
    payees.follow(transfers.read_account(event.object_id))
    with all_or_nothing() as tx:
        inbox.finish(tx, event)


def _of_transfer(event: Event) -> None:
    paying.note(transfers.read_transfer(event.object_id), event)


def _of_payout(event: Event) -> None:
    banking.note_payout(transfers.read_payout(event.object_id), event)


def _of_top_up(event: Event) -> None:
    banking.note_top_up(transfers.read_top_up(event.object_id), event)


_DEEDS: dict[str, Callable[[Event], None]] = {
    "checkout.session.": _of_session,
    "payment_intent.": _of_payment,
    "charge.updated": _of_charge,
    "charge.dispute.": _of_dispute,
    "refund.": _of_refund,
    "customer.subscription.": _of_subscription,
    "invoice.": _of_invoice,
    "account.updated": _of_payee,
    "transfer.": _of_transfer,
    "payout.": _of_payout,
    "topup.": _of_top_up,
}
