"""Paying: what a buyer's click does to the session, its payment intent and the charge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import (
    amounts,
    attempts,
    automatic_tax,
    cards,
    charges,
    customers,
    events,
    payment_intents,
    subscriptions,
)
from infra.local.fake_stripe.plans import forget, plan
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

OUTCOMES = ("approve", "decline", "later", "later_fail")


def pay(
    fake: FakeStripe,
    session_id: str,
    method: str = "card",
    outcome: str = "approve",
    card: str = "4242424242424242",
    amount: int | None = None,
    currency: str | None = None,
    email: str | None = None,
    place: Object | None = None,
) -> Object:
    """One attempt to pay. A card's number decides its outcome; a wallet's is given (``OUTCOMES``).

    ``amount`` and ``currency`` overwrite what is due, as a defect or an attack would. Gives the session, which is
    still open after a declined attempt. Where the page asks for it, ``place`` is where the buyer lives: country,
    postal_code, state. Raises Problem where it cannot be paid.
    """
    session, number = _payable(fake, session_id, method, outcome), card.replace(" ", "")
    _check_overwriting(fake, amount, currency)
    address = automatic_tax.place(fake, session, place or {})
    _meet(fake, session, email)
    session["customer_details"]["address"] = address
    if session["payment_status"] == "no_payment_required":
        return _complete_session(fake, session, "no_payment_required")
    _overwrite(session, amount, currency)
    intent = intent_of(fake, session)
    decline = cards.judged(number) if method == "card" else cards.WALLET_REFUSED if outcome == "decline" else None
    details = cards.details(number) if method == "card" else {"type": method, method: {}}
    intent.update(payment_method=fake.new_id("pm_"), last_payment_error=None)
    charge = charges.begin(fake, intent, details, (session["customer_details"] or {}).get("email"))
    if decline:
        attempts.refuse(fake, intent, charge, decline)
    elif method != "card" and outcome in ("later", "later_fail"):
        _await_wallet(fake, session, intent, charge, outcome)
    else:
        attempts.take(fake, intent, charge)
        if session["mode"] == "subscription":
            subscriptions.begin(fake, session, number)
        _complete_session(fake, session, "paid")
    return session


def complete(fake: FakeStripe, intent_id: str) -> None:
    """A payment that was processing succeeds."""
    intent = _processing(fake, intent_id)
    session = _session_of(fake, intent_id)
    session["payment_status"] = "paid"
    attempts.take(fake, intent, fake.find("charge", intent["latest_charge"]))
    events.emit(fake, "checkout.session.async_payment_succeeded", session)


def fail(fake: FakeStripe, intent_id: str) -> None:
    """A payment that was processing fails."""
    intent = _processing(fake, intent_id)
    attempts.refuse(fake, intent, fake.find("charge", intent["latest_charge"]), cards.WALLET_TIMED_OUT)
    events.emit(fake, "checkout.session.async_payment_failed", _session_of(fake, intent_id))


def _payable(fake: FakeStripe, session_id: str, method: str, outcome: str) -> Object:
    session = fake.find("checkout.session", session_id)
    if session["status"] != "open":
        raise refused(f"This Checkout Session is {session['status']} and can no longer be paid.", param="session")
    if method not in session["payment_method_types"]:
        raise refused(f"This Checkout Session does not offer {method}.", param="method")
    if outcome not in OUTCOMES:
        raise refused(f"The outcome must be one of {', '.join(OUTCOMES)}.", param="outcome")
    return session


def _meet(fake: FakeStripe, session: Object, email: str | None) -> None:
    """Learn who pays; make them a customer where the session asks for it."""
    known = fake.every("customer").get(session["customer"] or "", {}).get("email")
    address = known or session["customer_email"] or email or "buyer@example.com"
    session["customer_details"] = {"address": None, "email": address, "name": None, "phone": None, "tax_exempt": "none",
                                   "tax_ids": []}  # fmt: skip
    makes = session["customer_creation"] == "always" or session["mode"] == "subscription"
    if makes and not session["customer"]:
        session["customer"] = customers.create(fake, {"email": address})["id"]


def _check_overwriting(fake: FakeStripe, amount: int | None, currency: str | None) -> None:
    if amount is not None and (type(amount) is not int or amount < 1):
        raise refused("An amount is a positive whole number.", param="amount")
    if currency is not None:
        amounts.check_currency(currency, "currency")
        fake.merchant.rate(currency)


def _overwrite(session: Object, amount: int | None, currency: str | None) -> None:
    if amount is not None:
        session.update(amount_total=amount, amount_subtotal=amount)
    if currency is not None:
        session["currency"] = currency


def intent_of(fake: FakeStripe, session: Object) -> Object:
    """The session's intent, made at the first attempt."""
    if session["mode"] == "subscription":
        return subscriptions.first_intent(fake, session)
    if not session["payment_intent"]:
        told = dict(fake.state.intent_data[session["id"]])
        told |= {name: session[name] for name in ("customer", "payment_method_types", "payment_method_options")}
        told |= {"amount": session["amount_total"], "currency": session["currency"]}
        session["payment_intent"] = payment_intents.begin(fake, **told)["id"]
    intent = fake.find("payment_intent", session["payment_intent"])
    intent.update(amount=session["amount_total"], currency=session["currency"])
    return intent


def _await_wallet(fake: FakeStripe, session: Object, intent: Object, charge: Object, outcome: str) -> None:
    intent["status"] = "processing"
    events.emit(fake, "charge.pending", charge)
    events.emit(fake, "payment_intent.processing", intent)
    _complete_session(fake, session, "unpaid")
    deed = "complete_payment" if outcome == "later" else "fail_payment"
    plan(fake, deed, intent["id"], fake.merchant.wallet_after)


def _complete_session(fake: FakeStripe, session: Object, payment_status: str) -> Object:
    session.update(status="complete", payment_status=payment_status, url=None)
    forget(fake, session["id"])
    events.emit(fake, "checkout.session.completed", session)
    return session


def _processing(fake: FakeStripe, intent_id: str) -> Object:
    intent = fake.find("payment_intent", intent_id)
    if intent["status"] != "processing":
        raise refused(f"This PaymentIntent is {intent['status']}, not processing.", param="payment_intent")
    forget(fake, intent_id)
    return intent


def _session_of(fake: FakeStripe, intent_id: str) -> Object:
    sessions = fake.every("checkout.session").values()
    return next(session for session in sessions if session["payment_intent"] == intent_id)
