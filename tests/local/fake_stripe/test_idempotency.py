import threading

import pytest
import requests
import stripe

from tests.local.fake_stripe.conftest import an_order

A_DAY = 24 * 3600


def keyed(key):
    return {"idempotency_key": key}


def test_the_same_key_gives_the_same_answer_and_makes_one_object(sdk):
    first = sdk.checkout.sessions.create(an_order(), keyed("checkout:1:1"))
    again = sdk.checkout.sessions.create(an_order(), keyed("checkout:1:1"))
    assert again.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.request_id != first.last_response.request_id
    assert len(sdk.checkout.sessions.list().data) == 1


def test_a_key_keeps_the_answer_as_it_was(buyer, sdk):
    session = sdk.checkout.sessions.create(an_order(), keyed("checkout:1:1"))
    buyer.pays(session)
    assert sdk.checkout.sessions.create(an_order(), keyed("checkout:1:1")).status == "open"
    assert sdk.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_key_belongs_to_its_parameters_and_its_path(sdk):
    sdk.checkout.sessions.create(an_order(), keyed("k"))
    with pytest.raises(stripe.IdempotencyError) as caught:
        sdk.checkout.sessions.create(an_order(amount=901), keyed("k"))
    assert caught.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        sdk.customers.create({"email": "li@example.com"}, keyed("k"))


def test_an_error_that_came_after_the_start_is_stored(buyer, sdk):
    intent = buyer.bought().payment_intent
    too_much = {"payment_intent": intent, "amount": 901}
    for replayed in (None, "true"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            sdk.refunds.create(too_much, keyed("refund:1:1"))
        assert caught.value.headers.get("Idempotent-Replayed") == replayed


def test_a_request_that_was_refused_before_the_start_is_not_stored(sdk):
    with pytest.raises(stripe.InvalidRequestError):
        sdk.checkout.sessions.create(an_order(payment_method_types=["card"]), keyed("k"))
    assert sdk.checkout.sessions.create(an_order(), keyed("k")).status == "open"


def test_a_key_in_use_answers_409(buyer, sdk):
    buyer.steers("faults", kind="slow", path="/v1/customers", seconds=1.5)
    made = []
    slow = threading.Thread(target=lambda: made.append(sdk.customers.create({"name": "Li"}, keyed("k"))))
    slow.start()
    while "k" not in requests.get(f"{buyer.url}/_control/state", timeout=10).json()["idempotency_keys"]:
        assert slow.is_alive()
    with pytest.raises(stripe.APIError) as caught:
        sdk.customers.create({"name": "Li"}, keyed("k"))
    assert (caught.value.http_status, caught.value.error.code) == (409, "idempotency_key_in_use")
    slow.join(timeout=20)
    assert sdk.customers.create({"name": "Li"}, keyed("k")).id == made[0].id


def test_a_key_is_forgotten_after_a_day(sdk, movable_clock):
    first = sdk.customers.create({"name": "Li"}, keyed("k"))
    movable_clock.move(A_DAY - 60)
    assert sdk.customers.create({"name": "Li"}, keyed("k")).id == first.id
    movable_clock.move(A_DAY + 60)
    assert sdk.customers.create({"name": "Li"}, keyed("k")).id != first.id


def test_keys_are_pruned_on_demand(buyer, sdk):
    first = [sdk.customers.create({"name": "Li"}, keyed(key)).id for key in ("a", "b")]
    assert buyer.steers("idempotency_keys/prune", key="a") == {"pruned": 1}
    second = [sdk.customers.create({"name": "Li"}, keyed(key)).id for key in ("a", "b")]
    assert (second[0] != first[0], second[1] == first[1]) == (True, True)
    assert buyer.steers("idempotency_keys/prune") == {"pruned": 2}


def test_a_refused_call_changes_nothing_and_its_key_stays_free(buyer, sdk):
    buyer.steers("faults", kind="refuse", status=429, path="/v1/customers")
    with pytest.raises(stripe.RateLimitError):
        sdk.customers.create({"name": "Li"}, keyed("k"))
    assert not sdk.customers.list().data
    assert sdk.customers.create({"name": "Li"}, keyed("k")).name == "Li"


def test_a_failed_call_is_stored_with_its_key_until_pruned(buyer, sdk):
    buyer.steers("faults", kind="fail", path="/v1/customers")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            sdk.customers.create({"name": "Li"}, keyed("k"))
        assert caught.value.http_status == 500
    assert not sdk.customers.list().data
    buyer.steers("idempotency_keys/prune")
    assert sdk.customers.create({"name": "Li"}, keyed("k")).name == "Li"


def test_a_call_that_failed_after_its_commit_never_shows_its_answer(buyer, sdk):
    buyer.steers("faults", kind="fail_after", path="/v1/customers")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            sdk.customers.create({"name": "Li"}, keyed("k"))
    assert [customer.name for customer in sdk.customers.list()] == ["Li"]


@pytest.mark.parametrize(("kind", "committed"), [("drop_before", 0), ("drop_after", 1)])
def test_a_broken_connection_leaves_the_caller_in_doubt(buyer, sdk, kind, committed):
    buyer.steers("faults", kind=kind, path="/v1/customers", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        sdk.customers.create({"name": "Li"}, keyed("k"))
    assert len(sdk.customers.list().data) == committed
    sdk.customers.create({"name": "Li"}, keyed("k"))
    assert len(sdk.customers.list().data) == 1


def test_the_sdks_own_retry_heals_a_broken_connection(buyer, running):
    buyer.steers("faults", kind="drop_after", path="/v1/customers", method="POST")
    patient = stripe.StripeClient("sk_test_x", base_addresses={"api": running.url}, max_network_retries=1).v1
    patient.customers.create({"name": "Li"})
    assert len(patient.customers.list().data) == 1


def test_faults_are_used_up_and_can_be_cleared(buyer, sdk):
    buyer.steers("faults", kind="refuse", path="/v1/balance", times=5)
    with pytest.raises(stripe.APIError):
        sdk.balance.retrieve()
    assert requests.delete(f"{buyer.url}/_control/faults", timeout=10).status_code == 200
    assert sdk.balance.retrieve().livemode is False
