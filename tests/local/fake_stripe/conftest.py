"""A fake Stripe over HTTP, the real SDK in front of it, a receiver behind it."""

import os

import pytest
import requests
import stripe

from chalicelib.core import clock
from infra.local.fake_stripe import FakeStripe, serve
from tests.local.fake_stripe.receiver import SECRET, Receiver

ALL_METHODS = ["card", "alipay", "wechat_pay"]


@pytest.fixture(autouse=True)
def movable_clock(tmp_path, monkeypatch):
    monkeypatch.setenv("LYCEUM_CLOCK_FILE", os.fspath(tmp_path / "clock"))
    return clock


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def fake(receiver):
    return FakeStripe(webhook_secret=SECRET, webhook_url=receiver.url)


@pytest.fixture
def running(fake):
    with serve(fake) as running:
        yield running


@pytest.fixture
def sdk(running):
    return stripe.StripeClient("sk_test_lyceum", base_addresses={"api": running.url}, max_network_retries=0).v1


@pytest.fixture
def buyer(running, sdk):
    return Buyer(running, sdk)


class Buyer:
    """Opens sessions as our server would, then clicks on the page as a person would."""

    def __init__(self, running, sdk):
        self.url, self.sdk = running.url, sdk

    def opens(self, amount=900, currency="usd", **more):
        return self.sdk.checkout.sessions.create(params=an_order(amount, currency, **more))

    def pays(self, session, method="card", outcome="approve", card="4242 4242 4242 4242"):
        form = {"action": "pay", "method": method, "outcome": outcome, "card_number": card}
        return requests.post(session.url, data=form, allow_redirects=False, timeout=10)

    def bought(self, amount=900, currency="usd", method="card", card="4242 4242 4242 4242", **more):
        """The session of a payment that went through, as fetched afterwards."""
        session = self.opens(amount, currency, **more)
        assert self.pays(session, method, card=card).status_code == 303
        return self.sdk.checkout.sessions.retrieve(session.id)

    def steers(self, deed, **told):
        """Call the control API. Raises for what it refuses."""
        answer = requests.post(f"{self.url}/_control/{deed}", json=told, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


def an_order(amount=900, currency="usd", **more):
    product = {"currency": currency, "unit_amount": amount, "product_data": {"name": "On reading"}}
    return {
        "mode": "payment",
        "line_items": [{"price_data": product, "quantity": 1}],
        "success_url": "http://127.0.0.1/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1/cart",
        "client_reference_id": "order-1",
        "metadata": {"order": "order-1"},
        "payment_intent_data": {"metadata": {"order": "order-1"}, "transfer_group": "order-1"},
        "allowed_payment_method_types": ALL_METHODS,
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        **more,
    }
