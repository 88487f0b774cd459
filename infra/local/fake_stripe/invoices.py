"""Invoices of subscriptions: drafted, finalized, charged, tried again, paid by hand on a hosted page.

The payment is not shown on the invoice: ``expand[]=payments``, or /v1/invoice_payments. The subscription is at
``parent.subscription_details``; the period that is paid for, on the line (``period_start`` is that of the one before).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import attempts, automatic_tax, cards, events, invoice_payments, paging, payment_intents
from infra.local.fake_stripe.parameters import one_of, text
from infra.local.fake_stripe.plans import forget, plan
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

DRAFT_FOR = 3600
"""Seconds between a renewal's invoice being made and being charged."""
LIST = paging.listing(
    customer=text(100),
    subscription=text(100),
    status=one_of("draft", "open", "paid", "uncollectible", "void"),
    collection_method=one_of("charge_automatically", "send_invoice"),
)


def begin(fake: FakeStripe, subscription: Object, reason: str) -> Object:
    """A draft for the subscription's present period."""
    invoice = fake.keep(_begun(fake, subscription, reason))
    subscription["latest_invoice"] = invoice["id"]
    events.emit(fake, "invoice.created", invoice)
    return invoice


def paid_at_once(fake: FakeStripe, invoice: Object, intent: Object) -> None:
    """The first one: its money was taken on the checkout page."""
    _open(fake, invoice, intent)
    invoice.update(attempt_count=1, attempted=True)
    _paid(fake, invoice)


def finalize(fake: FakeStripe, invoice_id: str) -> Object | None:
    """It can be paid now. ``None``: it could before."""
    invoice = fake.find("invoice", invoice_id)
    if invoice["status"] != "draft":
        return None
    intent = payment_intents.begin(
        fake,
        amount=invoice["total"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription update",
        payment_method_types=["card"],
        setup_future_usage="off_session",
    )
    _open(fake, invoice, intent)
    return invoice


def charge(fake: FakeStripe, invoice: Object, number: str) -> bool:
    """One attempt on a card, by the clock or by hand; whether it paid."""
    payment = invoice_payments.of(fake, invoice)
    intent = fake.find("payment_intent", payment["payment"]["payment_intent"])
    decline = attempts.by_card(fake, intent, number, invoice["customer_email"])
    invoice.update(attempt_count=invoice["attempt_count"] + 1, attempted=True)
    if decline is None:
        _paid(fake, invoice)
    return decline is None


def try_again_later(fake: FakeStripe, invoice: Object) -> bool:
    """Plan the next attempt and tell of the failed one; ``False``: that was the last."""
    pauses, tried = fake.merchant.retries, invoice["attempt_count"]
    left = bool(tried <= len(pauses))
    invoice["next_payment_attempt"] = fake.now() + pauses[tried - 1] if left else None
    events.emit(fake, "invoice.payment_failed", invoice)
    if left:
        plan(fake, "retry_invoice", invoice["id"], pauses[tried - 1])
    return left


def stop_collecting(fake: FakeStripe, subscription_id: str) -> None:
    """Open invoices stay open, and are not charged by themselves any more; drafts are gone."""
    for invoice in list(fake.every("invoice").values()):
        if subscription_of(invoice) == subscription_id and invoice["status"] in ("draft", "open"):
            forget(fake, invoice["id"])
            invoice.update(auto_advance=False, next_payment_attempt=None)


def pay_by_hand(fake: FakeStripe, invoice_id: str, number: str) -> Object:
    """What a customer does on the hosted page. Raises Problem where it cannot be paid (any more), or is declined."""
    invoice, number = fake.find("invoice", invoice_id), number.replace(" ", "")
    if invoice["status"] != "open":
        raise refused(f"This invoice is {invoice['status']}: it cannot be paid.")
    if not charge(fake, invoice, number):
        decline = cards.judged(number)
        raise refused(decline.message if decline else "", code=decline.code if decline else None)
    forget(fake, invoice_id)
    return invoice


def subscription_of(invoice: Object) -> str:
    return str(invoice["parent"]["subscription_details"]["subscription"])


def retrieve(fake: FakeStripe, params: Object, invoice_id: str) -> Object:
    return fake.find("invoice", invoice_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("invoice").values(), params, "customer", "status", "collection_method")
    if "subscription" in params:
        chosen = [invoice for invoice in chosen if subscription_of(invoice) == params["subscription"]]
    return paging.page(fake, chosen, params, "/v1/invoices", "invoice")


def _open(fake: FakeStripe, invoice: Object, intent: Object) -> None:
    invoice.update(status="open", auto_advance=True, hosted_invoice_url=f"{fake.public_url}/i/{invoice['id']}")
    invoice["number"] = f"LYCEUM-{fake.state.numbers['in_']:04d}"
    invoice["status_transitions"]["finalized_at"] = fake.now()
    invoice_payments.begin(fake, invoice, intent)
    events.emit(fake, "invoice.finalized", invoice)


def _paid(fake: FakeStripe, invoice: Object) -> None:
    invoice.update(status="paid", amount_paid=invoice["total"], amount_remaining=0, auto_advance=False)
    invoice.update(next_payment_attempt=None)
    invoice["status_transitions"]["paid_at"] = fake.now()
    invoice_payments.settle(fake, invoice)
    events.emit(fake, "invoice.paid", invoice)
    events.emit(fake, "invoice.payment_succeeded", invoice)


def _begun(fake: FakeStripe, subscription: Object, reason: str) -> Object:
    told, item = fake.state.billed[subscription["id"]], subscription["items"]["data"][0]
    customer, invoice_id = fake.find("customer", subscription["customer"]), fake.new_id("in_")
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    moment = fake.now() if reason == "subscription_create" else item["current_period_start"]
    return {
        "id": invoice_id,
        "object": "invoice",
        "amount_due": told["amount"],
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": told["amount"],
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": moment,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "customer_email": customer["email"],
        "description": None,
        "hosted_invoice_url": None,
        "lines": _lines(fake, invoice_id, subscription, told, item),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "period_end": moment,
        "period_start": subscription["created"],
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "subtotal": told["amount"],
        "total": told["amount"],
        **automatic_tax.of_invoice(fake, told),
    }


def _lines(fake: FakeStripe, invoice_id: str, subscription: Object, told: Object, item: Object) -> Object:
    line = {
        "id": fake.new_id("il_"),
        "object": "line_item",
        "amount": told["amount"],
        "currency": subscription["currency"],
        "description": f"1 × {told['name']}",
        "discountable": True,
        "invoice": invoice_id,
        "livemode": False,
        "metadata": dict(subscription["metadata"]),
        "period": {"start": item["current_period_start"], "end": item["current_period_end"]},
        "quantity": item["quantity"],
        "subscription": subscription["id"],
        "subtotal": told["amount"],
    }
    return {"object": "list", "data": [line], "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"}


ROUTES = [
    Route("GET", "/v1/invoices", listed, LIST),
    Route("GET", "/v1/invoices/{id}", retrieve),
]
