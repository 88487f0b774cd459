import pytest
import stripe

from infra.local.fake_stripe import serve, sign, webhooks
from tests.local.fake_stripe.conftest import Buyer
from tests.local.fake_stripe.receiver import SECRET

OF_A_SALE = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@pytest.fixture
def sale(buyer):
    return buyer.bought()


def test_nothing_is_sent_until_asked_for(sale, fake, receiver):
    assert receiver.events == []
    assert [attempt["status"] for attempt in fake.deliver()] == [200] * 4
    assert receiver.types == OF_A_SALE
    assert fake.deliver() == []


def test_an_event_shows_the_object_as_it_was(sale, sdk, fake, receiver):
    sdk.refunds.create({"payment_intent": sale.payment_intent})
    fake.deliver()
    event = next(event for event in receiver.events if event.type == "charge.succeeded")
    assert (event.api_version, event.livemode, event.pending_webhooks) == (stripe.api_version, False, 1)
    assert event.data.object.amount_refunded == 0
    assert sdk.charges.retrieve(event.data.object.id).amount_refunded == 900
    assert sdk.events.retrieve(event.id).pending_webhooks == 0
    assert "account" not in event


def test_an_event_tells_which_request_caused_it(sdk, fake, receiver):
    customer = sdk.customers.create({"name": "Li"}, {"idempotency_key": "k"})
    fake.deliver()
    [event] = receiver.events
    assert event.request.to_dict() == {"id": customer.last_response.request_id, "idempotency_key": "k"}


def test_signatures_carry_the_movable_clocks_time(sale, fake, receiver, movable_clock):
    movable_clock.move(3_600)
    fake.deliver()
    stamped = int(receiver.headers[0]["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(stamped - movable_clock.timestamp()) < 30


def test_a_signature_can_be_dated_and_forged():
    header = sign(b'{"object": "event"}', SECRET, at=1_700_000_000)
    assert stripe.WebhookSignature.verify_header(b'{"object": "event"}', header, SECRET, tolerance=0)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(b'{"object": "event"}', header, SECRET, tolerance=300)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(b'{"object":"event"}', header, SECRET, tolerance=0)


def test_what_was_refused_is_sent_again_with_growing_pauses(sale, fake, receiver, movable_clock):
    receiver.answers = [500] * 4
    fake.deliver()
    assert [(one["state"], one["attempts"], one["last_status"]) for one in webhooks.undelivered(fake)] == [
        ("waiting", 1, 500)
    ] * 4
    assert not webhooks.send_next(fake)
    movable_clock.move(webhooks.PAUSES[0] + 1)
    while webhooks.send_next(fake):
        pass
    assert receiver.types == OF_A_SALE * 2
    assert webhooks.undelivered(fake) == []


def test_retries_end(sdk, fake, receiver):
    receiver.answers = [500] * 100
    sdk.customers.create({"name": "Li"})
    for _ in range(30):
        fake.deliver()
    assert len(receiver.events) == 1 + len(webhooks.PAUSES)
    assert [one["state"] for one in webhooks.undelivered(fake)] == ["exhausted"]
    event = sdk.events.list({"delivery_success": False}).data[0]
    receiver.answers = []
    assert [attempt["status"] for attempt in fake.deliver([event.id])] == [200]


def test_an_endpoint_that_is_away_is_no_disaster(sale, fake, receiver):
    fake.webhook_url = "http://127.0.0.1:9/nobody"
    assert {attempt["status"] for attempt in fake.deliver()} == {0}
    fake.webhook_url = receiver.url
    fake.deliver()
    assert receiver.types == OF_A_SALE


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("as_is", [0, 0, 1, 1, 2, 2, 3, 3]),
        ("reversed", [3, 3, 2, 2, 1, 1, 0, 0]),
    ],
)
def test_held_events_are_released_in_a_chosen_order_and_number(buyer, fake, receiver, order, expected):
    buyer.steers("webhooks/hold")
    buyer.bought()
    assert fake.deliver() == []
    buyer.steers("webhooks/release", order=order, times=2)
    buyer.steers("webhooks/deliver")
    assert receiver.types == [OF_A_SALE[place] for place in expected]


def test_a_list_of_ids_or_a_seed_orders_them_too(buyer, sale, sdk, fake, receiver):
    ids = {event.type: event.id for event in sdk.events.list()}
    fake.deliver(order=[ids["checkout.session.completed"], ids["payment_intent.succeeded"]])
    assert receiver.types == [OF_A_SALE[place] for place in (3, 2, 0, 1)]
    shuffles = set()
    for seed in range(20):
        webhooks.hold(fake)
        for event_id in ids.values():
            webhooks.duplicate(fake, event_id)
        shuffles.add(tuple(webhooks.release(fake, "shuffled", seed=seed)))
        assert shuffles >= {tuple(webhooks.drop(fake))}
    assert len(shuffles) > 10


def test_events_are_duplicated_dropped_and_sent_again_on_demand(buyer, sale, sdk, fake, receiver):
    ids = {event.type: event.id for event in sdk.events.list()}
    buyer.steers("webhooks/drop", events=[ids["checkout.session.completed"]])
    buyer.steers("webhooks/duplicate", event=ids["charge.succeeded"], times=2)
    buyer.steers("webhooks/deliver")
    assert receiver.types == [*OF_A_SALE[:3], "charge.succeeded", "charge.succeeded"]

    buyer.steers("webhooks/redeliver", event=ids["checkout.session.completed"], at=1_700_000_000)
    assert receiver.types[-1] == "checkout.session.completed"
    assert receiver.headers[-1]["Stripe-Signature"].startswith("t=1700000000,")


def test_events_are_listed_by_type_and_reach_back_thirty_days(sale, sdk, movable_clock):
    assert [event.type for event in sdk.events.list()] == OF_A_SALE[::-1]
    assert [event.type for event in sdk.events.list({"type": "charge.*"})] == ["charge.succeeded"]
    assert len(sdk.events.list({"types": ["charge.succeeded", "checkout.session.completed"]}).data) == 2
    movable_clock.move(31 * 24 * 3600)
    fresh = {event.type for event in sdk.events.list()}
    assert not fresh & set(OF_A_SALE)


def test_a_courier_brings_them_by_itself(fake, receiver):
    receiver.answers = [500]
    with serve(fake, courier=True) as running:
        sdk = stripe.StripeClient("sk_test_x", base_addresses={"api": running.url}).v1
        Buyer(running, sdk).bought()
        receiver.wait_for(4)
        receiver.wait_for(5)
    assert sorted(receiver.types) == sorted([*OF_A_SALE, "payment_intent.created"])


def test_a_receiver_may_call_the_api_before_it_answers(sale, sdk, fake):
    seen = []
    fake.send = lambda url, body, headers: seen.append(sdk.charges.list().data[0].status) or 200
    fake.deliver()
    assert seen == ["succeeded"] * 4
