import json
import os
import signal
import subprocess
import sys

import pytest
import requests
import stripe

from infra.local.fake_stripe import Dropped, FakeStripe
from infra.local.fake_stripe.faults import order
from tests.local.fake_stripe.conftest import Buyer

KEY = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}


def test_the_core_answers_with_no_network():
    sent = []
    fake = FakeStripe(
        webhook_url="http://nowhere", send=lambda url, body, headers: sent.append(json.loads(body)) or 204
    )
    answer = fake.handle("POST", "/v1/customers", KEY, b"name=Li")
    assert (answer.status, json.loads(answer.body)["name"]) == (200, "Li")
    fake.deliver()
    assert [event["type"] for event in sent] == ["customer.created"]
    order(fake, "drop_after")
    with pytest.raises(Dropped):
        fake.handle("POST", "/v1/customers", KEY, b"name=Ming")
    assert len(fake.every("customer")) == 2


def test_the_same_seed_gives_the_same_ids():
    def ids(seed):
        fake = FakeStripe(seed=seed)
        return [json.loads(fake.handle("POST", "/v1/customers", KEY, b"name=Li").body)["id"] for _ in range(3)]

    assert ids("a") == ids("a")
    assert not set(ids("a")) & set(ids("b"))
    assert len(set(ids("a"))) == 3


def test_all_state_survives_a_restart(buyer, sdk, fake, movable_clock):
    session = buyer.bought()
    again = FakeStripe()
    again.restore(json.loads(json.dumps(fake.snapshot())))
    assert again.snapshot() == fake.snapshot()
    movable_clock.move(61)
    again.tick()
    [charge] = again.every("charge").values()
    assert (charge["payment_intent"], charge["balance_transaction"] is None) == (session.payment_intent, False)


def test_what_was_under_way_at_a_restart_counts_as_not_done(fake, receiver):
    cut_short = FakeStripe(webhook_secret=fake.webhook_secret, webhook_url=receiver.url)
    taken = []
    fake.send = lambda url, body, headers: taken.append(json.loads(json.dumps(fake.snapshot()))) or 200
    fake.handle("POST", "/v1/customers", {**KEY, "Idempotency-Key": "k"}, b"name=Li")
    fake.deliver()
    [half_sent] = taken
    half_sent["keys"]["k"]["done"] = False
    cut_short.restore(half_sent)
    assert cut_short.handle("POST", "/v1/customers", {**KEY, "Idempotency-Key": "k"}, b"name=Li").status == 200
    cut_short.deliver()
    assert receiver.types == ["customer.created"] * 2


def test_the_control_api_tells_what_it_was_given_wrong(buyer):
    for deed, told in [
        ("pay", {}),
        ("pay", {"session": "none"}),
        ("nothing", {}),
        ("faults", {"kind": "meteor"}),
        ("merchant", {"fee": 0}),
        ("merchant", {"rates": {"eur": "many"}}),
        ("webhooks/release", {"order": 7}),
        ("webhooks/redeliver", {"event": "evt_none"}),
    ]:
        answer = requests.post(f"{buyer.url}/_control/{deed}", json=told, timeout=10)
        assert answer.status_code in (400, 404), deed
        assert answer.json()["error"]["message"]
    assert requests.post(f"{buyer.url}/_control/pay", data=b"\xff{", timeout=10).status_code == 400
    assert requests.post(f"{buyer.url}/_control/pay", data=b"[1]", timeout=10).status_code == 400


def test_the_control_api_shows_the_state(buyer):
    buyer.bought()
    state = requests.get(f"{buyer.url}/_control/state", timeout=10).json()
    assert state["objects"]["charge"] == 1
    assert len(state["unsettled_charges"]) == 1
    assert [one["type"] for one in state["undelivered"]][-1] == "checkout.session.completed"


def test_an_outsized_body_is_refused(running):
    answer = requests.post(f"{running.url}/v1/customers", data=b"x" * 1_000_001, headers=KEY, timeout=10)
    assert answer.status_code == 413


def test_it_runs_as_a_program_and_keeps_its_state(receiver, tmp_path):
    state = tmp_path / "stripe.json"
    command = [sys.executable, "-m", "infra.local.fake_stripe", "--port", "0", "--state", os.fspath(state)]
    command += ["--webhook-url", receiver.url, "--webhook-secret", "whsec_test_lyceum"]

    def session_of_a_run(deed):
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = program.stdout.readline().split()[-1]
            return deed(url, stripe.StripeClient("sk_test_x", base_addresses={"api": url}).v1)
        finally:
            program.send_signal(signal.SIGTERM)
            assert program.wait(timeout=20) == 0

    def buy(url, sdk):
        session = Buyer(type("At", (), {"url": url}), sdk).bought()
        receiver.wait_for(4)
        return session.id

    paid = session_of_a_run(buy)
    assert session_of_a_run(lambda url, sdk: sdk.checkout.sessions.retrieve(paid).payment_status) == "paid"
