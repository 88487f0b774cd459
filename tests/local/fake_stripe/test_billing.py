"""Subscriptions, their invoices and what time does to them, through the real SDK."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import requests
import stripe
from stripe.params import (
    InvoiceListParams,
    InvoicePaymentListParams,
    SubscriptionCancelParams,
    SubscriptionUpdateParams,
)

from infra.local.fake_stripe import invoice_payments, invoices, periods, subscriptions
from tests.local.fake_stripe.conftest import an_order
from tests.local.fake_stripe.test_refusals import (
    refusal,
    test_every_parameter_that_is_known_exists_in_the_pinned_version,
)

BLOCKED = "4000000000009995"
FIRST = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.created",
    "customer.subscription.created",
    "invoice.finalized",
    "invoice_payment.paid",
    "invoice.paid",
    "invoice.payment_succeeded",
    "checkout.session.completed",
]


def a_subscription(interval="month", count=1, **more):
    order = an_order(900)
    order["line_items"][0]["price_data"]["recurring"] = {"interval": interval, "interval_count": count}
    for name in ("payment_intent_data", "allowed_payment_method_types", "payment_method_options"):
        del order[name]
    return {**order, "mode": "subscription", "subscription_data": {"metadata": {"whose": "Ada's"}}, **more}


@pytest.fixture
def begun(buyer, sdk):
    """The id of a subscription by the month."""
    return subscribes(buyer, sdk)


def subscribes(buyer, sdk, **how):
    session = sdk.checkout.sessions.create(a_subscription(**how))
    assert buyer.pays(session).status_code == 303
    return sdk.checkout.sessions.retrieve(session.id).subscription


def passes(clock, fake, **span):
    clock.move(clock._offset() + timedelta(**span).total_seconds())
    fake.tick()


def paid(sdk, subscription_id):
    return len(sdk.invoices.list({"subscription": subscription_id, "status": "paid", "limit": 100}).data)


def period(sdk, subscription_id):
    item = sdk.subscriptions.retrieve(subscription_id).to_dict()["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def test_a_session_that_is_paid_begins_a_subscription_and_its_first_invoice(buyer, sdk, fake, receiver):
    session = sdk.checkout.sessions.create(a_subscription())
    told = (session.mode, session.payment_method_types, session.payment_intent, session.subscription)
    assert told == ("subscription", ["card"], None, None)
    assert buyer.pays(session).status_code == 303
    session = sdk.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice.payments"]})
    assert (session.payment_intent, session.subscription.status) == (None, "active")
    assert session.subscription.metadata.to_dict() == {"whose": "Ada's"}
    invoice = session.invoice
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 900, "subscription_create")
    assert invoice.parent.subscription_details.subscription == session.subscription.id
    assert invoice.parent.subscription_details.metadata.to_dict() == {"whose": "Ada's"}
    [payment] = invoice.payments.data
    intent = sdk.payment_intents.retrieve(payment.payment.payment_intent)
    assert (intent.status, intent.amount_received, intent.metadata.to_dict()) == ("succeeded", 900, {})
    asked = {"payment": {"type": "payment_intent", "payment_intent": intent.id}, "status": "paid"}
    assert [one.invoice for one in sdk.invoice_payments.list(asked)] == [invoice.id]
    fake.deliver()
    assert [kind for kind in receiver.types if not kind.startswith("customer.created")] == FIRST


def test_a_declined_card_begins_nothing_and_another_may_pay(buyer, sdk):
    session = sdk.checkout.sessions.create(a_subscription())
    assert buyer.pays(session, card=BLOCKED).status_code == 402
    assert sdk.checkout.sessions.retrieve(session.id).subscription is None
    assert buyer.pays(session).status_code == 303
    assert sdk.checkout.sessions.retrieve(session.id).subscription


def test_a_period_ends_with_an_invoice_that_is_charged_an_hour_later(sdk, fake, movable_clock, begun):
    starts, ends = period(sdk, begun)
    assert 28 <= (ends - starts) / 86_400 <= 31
    passes(movable_clock, fake, seconds=ends - starts)
    assert (period(sdk, begun)[0], paid(sdk, begun)) == (ends, 1)
    [draft] = sdk.invoices.list({"subscription": begun, "status": "draft"})
    assert draft.lines.data[0].period.to_dict() == dict(zip(("start", "end"), period(sdk, begun), strict=True))
    assert (draft.billing_reason, draft.hosted_invoice_url) == ("subscription_cycle", None)
    passes(movable_clock, fake, hours=1)
    assert (paid(sdk, begun), sdk.subscriptions.retrieve(begun).latest_invoice) == (2, draft.id)


def test_years_of_absence_are_made_up_for_period_by_period(sdk, fake, movable_clock, begun):
    passes(movable_clock, fake, days=400)
    assert paid(sdk, begun) in (14, 15)
    spans = [each.lines.data[0].period for each in sdk.invoices.list({"subscription": begun, "limit": 100})][::-1]
    assert all(one.end == following.start for one, following in pairwise(spans))


def test_a_failed_renewal_is_past_due_tried_again_and_active_once_it_is_paid(buyer, sdk, fake, movable_clock, begun):
    buyer.steers("subscriptions/card", subscription=begun, card=BLOCKED)
    passes(movable_clock, fake, days=31, hours=2)
    [failed] = sdk.invoices.list({"subscription": begun, "status": "open"})
    assert (failed.attempt_count, sdk.subscriptions.retrieve(begun).status) == (1, "past_due")
    assert failed.next_payment_attempt and failed.hosted_invoice_url
    passes(movable_clock, fake, days=3, minutes=1)
    assert sdk.invoices.retrieve(failed.id).attempt_count == 2
    buyer.steers("subscriptions/card", subscription=begun, card="4242424242424242")
    passes(movable_clock, fake, days=5, minutes=1)
    assert sdk.invoices.retrieve(failed.id).status == "paid"
    assert (sdk.subscriptions.retrieve(begun).status, paid(sdk, begun)) == ("active", 2)
    tried = [one.status for one in sdk.charges.list({"customer": failed.customer})]
    assert tried == ["succeeded", "failed", "failed", "succeeded"]


@pytest.mark.parametrize(
    ("setting", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_after_the_last_attempt_it_ends_as_the_account_says(buyer, sdk, fake, movable_clock, begun, setting, status):
    buyer.steers("merchant", retries=[60], after_retries=setting)
    buyer.steers("subscriptions/card", subscription=begun, card=BLOCKED)
    passes(movable_clock, fake, days=31, hours=2)
    passes(movable_clock, fake, minutes=2)
    ended = sdk.subscriptions.retrieve(begun)
    assert ended.status == status
    assert (ended.cancellation_details.reason == "payment_failed") is (status == "canceled")


def test_the_hosted_page_pays_an_open_invoice_once(buyer, sdk, fake, movable_clock, begun):
    buyer.steers("subscriptions/card", subscription=begun, card=BLOCKED)
    passes(movable_clock, fake, days=31, hours=2)
    [failed] = sdk.invoices.list({"subscription": begun, "status": "open"})
    page = failed.hosted_invoice_url
    assert "9.00" in requests.get(page, timeout=10).text
    cards = (BLOCKED, "nonsense", "4242 4242 4242 4242", "4242 4242 4242 4242")
    tried = [requests.post(page, data={"card_number": card}, timeout=10).status_code for card in cards]
    assert tried == [402, 402, 200, 410]
    assert (sdk.subscriptions.retrieve(begun).status, paid(sdk, begun)) == ("active", 2)
    assert requests.get(page + "x", timeout=10).status_code == 404


def test_at_a_periods_end_it_stops_where_it_was_told_to(sdk, fake, movable_clock, begun, receiver):
    stopping = sdk.subscriptions.update(begun, {"cancel_at_period_end": True})
    assert (stopping.status, stopping.cancel_at) == ("active", period(sdk, begun)[1])
    assert sdk.subscriptions.update(begun, {"cancel_at_period_end": False}).cancel_at is None
    sdk.subscriptions.update(begun, {"cancel_at_period_end": True})
    passes(movable_clock, fake, days=31, hours=2)
    ended = sdk.subscriptions.retrieve(begun)
    assert (ended.status, ended.cancellation_details.reason, paid(sdk, begun)) == (
        "canceled",
        "cancellation_requested",
        1,
    )
    fake.deliver()
    assert receiver.types[-1] == "customer.subscription.deleted"


def test_one_that_is_canceled_is_over_and_is_not_found_to_be_canceled_again(sdk, fake, movable_clock, begun):
    assert sdk.subscriptions.cancel(begun).status == "canceled"
    assert refusal(sdk.subscriptions.cancel, begun).code == "resource_missing"
    assert refusal(sdk.subscriptions.update, begun, {"cancel_at_period_end": True}).http_status == 400
    assert sdk.subscriptions.update(begun, {"metadata": {"why": "done"}}).metadata["why"] == "done"
    passes(movable_clock, fake, days=62)
    assert paid(sdk, begun) == 1


def test_an_open_invoice_of_one_that_was_canceled_is_not_charged_by_itself(buyer, sdk, fake, movable_clock, begun):
    buyer.steers("subscriptions/card", subscription=begun, card=BLOCKED)
    passes(movable_clock, fake, days=31, hours=2)
    sdk.subscriptions.cancel(begun)
    buyer.steers("subscriptions/card", subscription=begun, card="4242424242424242")
    passes(movable_clock, fake, days=30)
    [left] = sdk.invoices.list({"subscription": begun, "status": "open"})
    assert (left.attempt_count, left.next_payment_attempt) == (1, None)
    requests.post(left.hosted_invoice_url, data={"card_number": "4242424242424242"}, timeout=10)
    assert (sdk.subscriptions.retrieve(begun).status, paid(sdk, begun)) == ("canceled", 2)


def moment(*date):
    return int(datetime(*date, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("interval", "count", "number", "ends"),
    [
        ("day", 10, 3, (2027, 3, 2)),
        ("week", 2, 1, (2027, 2, 14)),
        ("month", 1, 1, (2027, 2, 28)),
        ("month", 1, 2, (2027, 3, 31)),
        ("month", 1, 13, (2028, 2, 29)),
        ("year", 1, 2, (2029, 1, 31)),
    ],
)
def test_a_period_is_whole_intervals_from_its_anchor(interval, count, number, ends):
    assert periods.end(moment(2027, 1, 31), interval, count, number) == moment(*ends)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"customer_creation": "always"}, "customer_creation"),
        ({"subscription_data": {"metadata": {"k": "v" * 501}}}, "subscription_data[metadata][k]"),
        ({"subscription_data": {"trial_period_days": 3}}, "subscription_data[trial_period_days]"),
        ({"mode": "payment"}, "subscription_data"),
        ({"mode": "setup"}, "mode"),
        ({"line_items": an_order()["line_items"]}, "line_items"),
        ({"line_items": a_subscription("year", 4)["line_items"]},
         "line_items[0][price_data][recurring][interval_count]"),
        ({"line_items": a_subscription("hour")["line_items"]}, "line_items[0][price_data][recurring][interval]"),
    ],
)  # fmt: skip
def test_what_no_subscription_can_be_is_refused_with_the_parameter(sdk, wrong, param):
    assert refusal(sdk.checkout.sessions.create, a_subscription(**wrong)).param == param


def test_a_recurring_price_is_for_no_payment(sdk):
    order = an_order(line_items=a_subscription()["line_items"])
    assert refusal(sdk.checkout.sessions.create, order).param == "mode"


@pytest.mark.parametrize("name", ["subscriptions", "invoices", "invoice_payments"])
def test_what_does_not_exist_is_not_found(sdk, name):
    assert refusal(getattr(sdk, name).retrieve, "none").http_status == 404


def test_a_payment_is_listed_by_its_type_and_id(sdk):
    asked = {"payment": {"type": "payment_intent"}}
    assert refusal(sdk.invoice_payments.list, asked).param == "payment[payment_intent]"
    assert refusal(sdk.invoice_payments.list, {"payment": {"type": "cheque"}}).param == "payment[type]"


@pytest.mark.parametrize(
    ("known", "declaration"),
    [
        (subscriptions.UPDATE, SubscriptionUpdateParams),
        (subscriptions.CANCEL, SubscriptionCancelParams),
        (invoices.LIST, InvoiceListParams),
        (invoice_payments.LIST, InvoicePaymentListParams),
    ],
)
def test_the_parameters_are_those_of_the_pinned_version(known, declaration):
    test_every_parameter_that_is_known_exists_in_the_pinned_version(known, declaration)


def test_every_attribute_is_one_that_the_sdk_declares(sdk, fake, begun):
    for kind, declared in (
        ("subscription", stripe.Subscription),
        ("invoice", stripe.Invoice),
        ("invoice_payment", stripe.InvoicePayment),
    ):
        for thing in fake.every(kind).values():
            assert set(thing) <= set(declared.__annotations__) | {"id", "object"}, kind


def test_all_of_it_survives_a_restart(sdk, fake, movable_clock, begun):
    fake.restore(fake.snapshot())
    passes(movable_clock, fake, days=31, hours=2)
    assert paid(sdk, begun) == 2
