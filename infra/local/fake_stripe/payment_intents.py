"""Payment intents: made by a checkout session's first attempt to pay, or directly; then read, listed, canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import amounts, events, methods, paging
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Each, Fields, metadata, one_of, text, whole
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

LIST = paging.listing(customer=text(100))
CREATE = Fields(
    {
        "amount": whole(1),
        "currency": text(3),
        "customer": text(100),
        "description": text(1_000),
        "metadata": metadata,
        "receipt_email": text(512),
        "transfer_group": text(200),
        "allowed_payment_method_types": Each(one_of(*methods.KNOWN)),
        "expand": EXPAND,
    },
    required=("amount", "currency"),
)
UPDATE = Fields({"metadata": metadata, "description": text(1_000), "expand": EXPAND})
CANCEL = Fields(
    {
        "cancellation_reason": one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
        "expand": EXPAND,
    }
)
_CANCELABLE = ("requires_payment_method", "requires_action", "requires_confirmation", "requires_capture")


def create(fake: FakeStripe, params: Object) -> Object:
    amounts.check(fake.merchant, params["amount"], params["currency"].lower())
    if "customer" in params:
        fake.find("customer", params["customer"], "customer")
    told = {name: value for name, value in params.items() if name not in ("expand", "allowed_payment_method_types")}
    allowed = methods.offered(fake.merchant, told["currency"].lower(), params.get("allowed_payment_method_types"), {})
    return begin(fake, **{**told, "currency": told["currency"].lower(), "payment_method_types": allowed})


def begin(fake: FakeStripe, **told: object) -> Object:
    """A new intent that waits for a payment method; ``told`` are attributes that it starts with."""
    intent = {
        "id": fake.new_id("pi_"),
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": fake.now(),
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "payment_method": None,
        "payment_method_options": {},
        "processing": None,
        "receipt_email": None,
        "setup_future_usage": None,
        "status": "requires_payment_method",
        "transfer_group": None,
        **told,
    }
    intent["client_secret"] = f"{intent['id']}_secret_fake"
    events.emit(fake, "payment_intent.created", fake.keep(intent))
    return intent


def cancel(fake: FakeStripe, params: Object, intent_id: str) -> Object:
    intent = fake.find("payment_intent", intent_id)
    if any(session["payment_intent"] == intent_id for session in fake.every("checkout.session").values()):
        raise refused("You cannot cancel the PaymentIntent of a Checkout Session: expire the session instead.")
    if intent["status"] not in _CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        raise refused(message, code="payment_intent_unexpected_state")
    close(fake, intent, params.get("cancellation_reason"))
    return intent


def close(fake: FakeStripe, intent: Object, reason: str | None) -> None:
    intent.update(status="canceled", canceled_at=fake.now(), cancellation_reason=reason)
    events.emit(fake, "payment_intent.canceled", intent)


def update(fake: FakeStripe, params: Object, intent_id: str) -> Object:
    intent = fake.find("payment_intent", intent_id)
    intent["metadata"] = merged(intent["metadata"], params)
    intent["description"] = params.get("description", intent["description"])
    return intent


def retrieve(fake: FakeStripe, params: Object, intent_id: str) -> Object:
    return fake.find("payment_intent", intent_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("payment_intent").values(), params, "customer")
    return paging.page(fake, chosen, params, "/v1/payment_intents", "payment_intent")


ROUTES = [
    Route("POST", "/v1/payment_intents", create, CREATE),
    Route("GET", "/v1/payment_intents", listed, LIST),
    Route("GET", "/v1/payment_intents/{id}", retrieve),
    Route("POST", "/v1/payment_intents/{id}", update, UPDATE),
    Route("POST", "/v1/payment_intents/{id}/cancel", cancel, CANCEL),
]
