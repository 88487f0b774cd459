"""Charges: one attempt to take money, made by a payment intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, cards, events, paging
from infra.local.fake_stripe.parameters import text
from infra.local.fake_stripe.plans import plan
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

LIST = paging.listing(payment_intent=text(100), customer=text(100), transfer_group=text(200))


def begin(fake: FakeStripe, intent: Object, details: Object, email: str | None) -> Object:
    """A pending charge for the whole intent. Stripe's ids start with ``ch_`` for cards and ``py_`` for the rest."""
    card = details["type"] == "card"
    charge = {
        "id": fake.new_id("ch_" if card else "py_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": email, "name": None, "phone": None},
        "captured": False,
        "created": fake.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "pending",
        "transfer_group": intent["transfer_group"],
    }
    intent["latest_charge"] = charge["id"]
    return fake.keep(charge)


def succeed(fake: FakeStripe, charge: Object) -> None:
    """The money is taken. Its balance transaction comes at once, later, or on demand, as the merchant says."""
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    charge["outcome"] = {
        "network_status": "approved_by_network",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if fake.merchant.settle_after == 0:
        balance.book_charge(fake, charge)
    else:
        plan(fake, "settle_charge", charge["id"], fake.merchant.settle_after)
    if charge["payment_method_details"].get("card", {}).get("last4") in (cards.DISPUTES[-4:], cards.INQUIRES[-4:]):
        plan(fake, "dispute_charge", charge["id"], 0)
    events.emit(fake, "charge.succeeded", charge)


def fail(fake: FakeStripe, charge: Object, decline: cards.Decline) -> None:
    charge.update(status="failed", failure_code=decline.code, failure_message=decline.message)
    charge["outcome"] = {
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": decline.message,
        "type": "issuer_declined",
    }
    events.emit(fake, "charge.failed", charge)


def retrieve(fake: FakeStripe, params: Object, charge_id: str) -> Object:
    return fake.find("charge", charge_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("charge").values(), params, "payment_intent", "customer", "transfer_group")
    return paging.page(fake, chosen, params, "/v1/charges", "charge")


ROUTES = [Route("GET", "/v1/charges", listed, LIST), Route("GET", "/v1/charges/{id}", retrieve)]
