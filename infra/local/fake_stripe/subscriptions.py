"""Subscriptions: begun by a checkout session that was paid, billed again at each period's end, ended for good.

Sources: the SDK's Subscription type; docs.stripe.com/billing/subscriptions/overview. What a period's end does is in
``renewals.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import automatic_tax, cards, events, invoices, payment_intents, periods
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Check, Fields, metadata, one_of, text, truth
from infra.local.fake_stripe.plans import forget, plan
from infra.local.fake_stripe.problems import no_such, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_FEEDBACK = ("customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
             "too_expensive", "unused")  # fmt: skip
_DETAILS = Fields({"comment": text(), "feedback": one_of(*_FEEDBACK)})
_BOTH: dict[str, Check] = {"cancellation_details": _DETAILS, "expand": EXPAND}
UPDATE = Fields({**_BOTH, "cancel_at_period_end": truth, "description": text(500), "metadata": metadata})
CANCEL = Fields({**_BOTH, "invoice_now": truth, "prorate": truth})
_OVER = ("canceled", "incomplete_expired")


def first_intent(fake: FakeStripe, session: Object) -> Object:
    """The intent that a session in this mode tries to pay with. The session does not show it."""
    told = fake.state.billed.setdefault(session["id"], {})
    if "intent" not in told:
        started = payment_intents.begin(
            fake,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            description="Subscription creation",
            payment_method_types=session["payment_method_types"],
            setup_future_usage="off_session",
        )
        told["intent"] = started["id"]
    return fake.find("payment_intent", told["intent"])


def begin(fake: FakeStripe, session: Object, number: str) -> None:
    """The session's first payment was taken: the subscription is active, and its first invoice paid."""
    line, data = fake.state.lines[session["id"]][0], fake.state.subscription_data[session["id"]]
    subscription = fake.keep(_begun(fake, session, line, data))
    fake.state.billed[subscription["id"]] = {
        "card": number, "number": 1, "amount": line["amount_total"], "name": line["description"],
        "address": session["customer_details"]["address"], "tax_code": automatic_tax.code_of(fake, session),
        **{name: line["price"]["recurring"][name] for name in ("interval", "interval_count")},
    }  # fmt: skip
    _put_period(fake, subscription, fake.now())
    invoice = invoices.begin(fake, subscription, "subscription_create")
    events.emit(fake, "customer.subscription.created", subscription)
    invoices.paid_at_once(fake, invoice, first_intent(fake, session))
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    plan_end(fake, subscription)


def next_period(fake: FakeStripe, subscription: Object) -> None:
    """From the old period's end on, whenever that is noticed."""
    previous = subscription["items"]["data"][0]["current_period_end"]
    fake.state.billed[subscription["id"]]["number"] += 1
    _put_period(fake, subscription, previous)
    plan_end(fake, subscription)


def tell_period(fake: FakeStripe, subscription: Object) -> None:
    item = subscription["items"]["data"][0]
    before = {"items": {"data": [{"current_period_end": item["current_period_start"]}]}}
    events.emit(fake, "customer.subscription.updated", subscription, **before)


def plan_end(fake: FakeStripe, subscription: Object) -> None:
    ends = subscription["items"]["data"][0]["current_period_end"]
    plan(fake, "end_period", subscription["id"], ends - fake.now())


def becomes(fake: FakeStripe, subscription: Object, status: str) -> None:
    """Tell so, where that is new."""
    if subscription["status"] not in (*_OVER, status):
        before, subscription["status"] = subscription["status"], status
        events.emit(fake, "customer.subscription.updated", subscription, status=before)


def finish(fake: FakeStripe, subscription: Object, reason: str) -> None:
    """It is over. What is still open of its invoices is not collected by itself any more."""
    forget(fake, subscription["id"])
    subscription.update(status="canceled", ended_at=fake.now())
    subscription["canceled_at"] = subscription["canceled_at"] or fake.now()
    subscription["cancellation_details"]["reason"] = reason
    invoices.stop_collecting(fake, subscription["id"])
    events.emit(fake, "customer.subscription.deleted", subscription)


def update(fake: FakeStripe, params: Object, subscription_id: str) -> Object:
    subscription = fake.find("subscription", subscription_id)
    over = subscription["status"] in _OVER
    if over and set(params) - {"metadata", "cancellation_details", "expand"}:
        raise refused("A canceled subscription can only update its cancellation_details and metadata.")
    subscription["metadata"] = merged(subscription["metadata"], params)
    subscription["description"] = params.get("description", subscription["description"])
    subscription["cancellation_details"].update(params.get("cancellation_details", {}))
    if "cancel_at_period_end" in params:
        _set_stop(fake, subscription, params["cancel_at_period_end"])
    return subscription


def cancel(fake: FakeStripe, params: Object, subscription_id: str) -> Object:
    """At once. One that is canceled already is not found, as with Stripe."""
    subscription = fake.find("subscription", subscription_id)
    if subscription["status"] in _OVER:
        raise no_such("subscription", subscription_id, None)
    subscription["cancellation_details"].update(params.get("cancellation_details", {}))
    finish(fake, subscription, "cancellation_requested")
    return subscription


def retrieve(fake: FakeStripe, params: Object, subscription_id: str) -> Object:
    return fake.find("subscription", subscription_id)


def give_card(fake: FakeStripe, subscription_id: str, number: str) -> None:
    """From now on it is charged to this card: a new one, or one that its bank blocked."""
    fake.find("subscription", subscription_id)
    cards.details(number)
    fake.state.billed[subscription_id]["card"] = number.replace(" ", "")


def _set_stop(fake: FakeStripe, subscription: Object, stops: bool) -> None:
    if subscription["cancel_at_period_end"] == stops:
        return
    ends = subscription["items"]["data"][0]["current_period_end"]
    subscription.update(
        cancel_at_period_end=stops, cancel_at=ends if stops else None, canceled_at=fake.now() if stops else None
    )
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if stops else None
    events.emit(fake, "customer.subscription.updated", subscription, cancel_at_period_end=not stops)


def _put_period(fake: FakeStripe, subscription: Object, start: int) -> None:
    told, anchor = fake.state.billed[subscription["id"]], subscription["billing_cycle_anchor"]
    ends = periods.end(anchor, told["interval"], told["interval_count"], told["number"])
    subscription["items"]["data"][0].update(current_period_start=start, current_period_end=ends)


def _begun(fake: FakeStripe, session: Object, line: Object, data: Object) -> Object:
    subscription_id = fake.new_id("sub_")
    item = {
        "id": fake.new_id("si_"), "object": "subscription_item", "created": fake.now(), "discounts": [],
        "metadata": {}, "price": {**line["price"], "active": True}, "quantity": line["quantity"],
        "subscription": subscription_id, "tax_rates": [],
    }  # fmt: skip
    url = f"/v1/subscription_items?subscription={subscription_id}"
    return {
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": session["automatic_tax"]["enabled"], "liability": None},
        "billing_cycle_anchor": fake.now(),
        "billing_mode": {"type": "flexible"},
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": fake.now(),
        "currency": session["currency"],
        "customer": session["customer"],
        "description": data.get("description"),
        "ended_at": None,
        "items": {"object": "list", "data": [item], "has_more": False, "url": url},
        "latest_invoice": None,
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "pause_collection": None,
        "start_date": fake.now(),
        "status": "active",
        "trial_end": None,
        "trial_start": None,
    }


ROUTES = [
    Route("GET", "/v1/subscriptions/{id}", retrieve),
    Route("POST", "/v1/subscriptions/{id}", update, UPDATE),
    Route("DELETE", "/v1/subscriptions/{id}", cancel, CANCEL),
]
