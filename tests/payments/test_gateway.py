"""The one place that talks to Stripe, talking to a stand-in through the real SDK."""

import subprocess
import sys

import pytest

from chalicelib.core import clock, log_lines
from chalicelib.payments import contests, gateway, wire
from chalicelib.payments.objects import Checkout, Item
from chalicelib.payments.wire import AttemptReused, ProviderDeclined, ProviderUnavailable


def a_checkout(attempt=1, order_id="order-1", methods=("card", "alipay", "wechat_pay"), **more):
    told = {
        "order_id": order_id, "attempt": attempt, "currency": "usd", "items": (Item("On tides", 900),),
        "methods": methods, "expires_at": int(clock.timestamp()) + 2_700, "return_url": "http://127.0.0.1/back",
    }  # fmt: skip
    return Checkout(**{**told, **more})


def test_the_same_attempt_opens_the_same_page(till):
    wanted = a_checkout()
    first, again = gateway.open_checkout(wanted), gateway.open_checkout(wanted)
    assert first == again
    assert len(till.every("checkout.session")) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "refuse"])
def test_one_lost_answer_is_asked_for_again(till, kind):
    till.fails(kind, "POST", "/v1/checkout/sessions")
    assert gateway.open_checkout(a_checkout()).status == "open"
    assert len(till.every("checkout.session")) == 1


@pytest.mark.parametrize(("kind", "opened"), [("drop_before", 0), ("fail_after", 1), ("fail", 0)])
def test_where_no_answer_comes_the_page_can_be_looked_for(till, kind, opened):
    till.fails(kind, "POST", "/v1/checkout/sessions", times=2)
    since = int(clock.timestamp()) - 300
    with pytest.raises(ProviderUnavailable):
        gateway.open_checkout(a_checkout())
    found = gateway.find_checkout("order-1", since)
    assert (found is not None) == (opened == 1) == (len(till.every("checkout.session")) == 1)
    assert gateway.find_checkout("order-2", since) is None


def test_a_page_is_found_among_many(till):
    since = int(clock.timestamp()) - 300
    for number in range(120):
        gateway.open_checkout(a_checkout(order_id=f"order-{number}"))
    found = gateway.find_checkout("order-3", since)
    assert found and found.order_id == "order-3"


def test_a_stripe_that_is_too_slow_is_given_up(till, monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.2)
    till.fails("slow", "GET", seconds=1, times=4)
    with pytest.raises(ProviderUnavailable):
        gateway.read_checkout("cs_1")


def test_a_refusal_says_what_stripe_objects_to(till):
    with pytest.raises(ProviderDeclined) as refused:
        gateway.open_checkout(a_checkout(items=(Item("Too cheap", 1),)))
    assert refused.value.code == "amount_too_small"
    with pytest.raises(ProviderDeclined):
        gateway.open_checkout(a_checkout(attempt=2, expires_at=int(clock.timestamp()) + 60))


def test_of_a_refusal_the_code_is_told_and_not_stripes_words(till):
    with pytest.raises(ProviderDeclined) as refused:
        contests.hand_in("dp_1", {"customer_email_address": "Rui at example.com"}, "1")
    told = log_lines.told(refused.value)["exception"]
    assert "ProviderDeclined: email_invalid evidence[customer_email_address] req_" in told
    assert "Rui" not in told


def test_an_attempt_with_other_parameters_is_no_outage(till):
    gateway.open_checkout(a_checkout())
    with pytest.raises(AttemptReused):
        gateway.open_checkout(a_checkout(currency="eur"))


def test_a_method_that_the_account_has_not_is_not_offered(till):
    till.fake.merchant.methods = ("card", "alipay")
    assert gateway.open_checkout(a_checkout()).offered == ("card", "alipay")


def test_closing_a_page_twice_or_too_late_shows_it_as_it_is(till):
    page = gateway.open_checkout(a_checkout())
    assert gateway.close_checkout(page.id).status == "expired"
    assert gateway.close_checkout(page.id).status == "expired"
    paid = gateway.open_checkout(a_checkout(attempt=2))
    till.pays({"pay_at": paid.url})
    closed = gateway.close_checkout(paid.id)
    assert closed.status == "complete"
    assert closed.payment and closed.payment.paid


def test_a_payment_shows_its_balance_transaction_once_there_is_one(till):
    page = gateway.open_checkout(a_checkout())
    till.pays({"pay_at": page.url}, "wechat_pay")
    payment = gateway.read_checkout(page.id).payment
    assert payment and payment.paid and payment.settled is None
    assert (payment.order_id, payment.amount, payment.method) == ("order-1", 900, "wechat_pay")
    till.settles()
    settled = gateway.read_payment(payment.id).settled
    assert settled and (settled.amount, settled.fee, settled.currency) == (900, 56, "usd")
    assert gateway.payment_of_charge(payment.charge_id) == gateway.read_payment(payment.id)


def test_what_went_back_of_a_payment_is_listed_with_whose_task_it_was(till):
    page = gateway.open_checkout(a_checkout())
    till.pays({"pay_at": page.url})
    payment = gateway.read_checkout(page.id).payment
    assert gateway.refunds_of(payment.id) == []
    first = gateway.refund("return:1", 1, "order-1", payment.id, 400, "duplicate")
    second = gateway.refund("return:2", 1, "order-1", payment.id, 500, "duplicate")
    assert gateway.refunds_of(payment.id) == [second, first]
    assert (first.task, first.status, first.order_id, first.settled.amount) == (
        "return:1",
        "succeeded",
        "order-1",
        -400,
    )
    assert gateway.refund("return:1", 1, "order-1", payment.id, 400, "duplicate") == first


def test_stripe_loads_with_the_first_question_not_with_the_app():
    code = (
        "import app, sys; import chalicelib.orders.jobs; print([m for m in ('stripe', 'requests') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "[]"
