"""The process may end between any two calls to the store or to Stripe. Money and access come out right."""

import pytest

from chalicelib.orders import hearing
from chalicelib.orders.jobs import carry_out
from chalicelib.payments.inbox import Event
from infra.local.functions import Context
from tests.builders import a_message
from tests.crashes import Cut, cut

BEFORE_AND_AFTER = pytest.mark.parametrize("done", [False, True], ids=["before", "after"])

PLACING = ["BatchGetItem", "UpdateItem", "BatchGetItem", "TransactWriteItems"]
PLACING += ["post /v1/checkout/sessions", "TransactWriteItems"]
SETTLING = ["get /v1/checkout/sessions", "Query", "TransactWriteItems"]
RETURNING = ["GetItem", "UpdateItem", "get /v1/refunds", "post /v1/refunds"]
RETURNING += ["Query", "GetItem", "TransactWriteItems", "UpdateItem"]
REFUNDING = ["GetItem", "UpdateItem", "Query", "get /v1/refunds", "post /v1/refunds"]
REFUNDING += ["Query", "GetItem", "TransactWriteItems", "UpdateItem"]
CANCELING = ["BatchGetItem", "UpdateItem", "Query"]
CANCELING += ["post /v1/checkout/sessions", "get /v1/checkout/sessions", "TransactWriteItems"]


def named(wire):
    """The calls without hosts, ids and queries."""
    told = []
    for call in wire.calls:
        method, _, url = call.partition(" ")
        told.append(f"{method} /{'/'.join(url.split('?')[0].split('/')[3:])}" if url else call)
    return [call.split("/cs_")[0].split("/re_")[0] for call in told]


def waiting(shop, *types):
    """The events that were received and not worked on yet."""
    shop.fake.deliver()
    return [Event(event["id"], event["type"], event["data"]["object"]["id"]) for event in shop.events()
            if event["type"] in types]  # fmt: skip


def orders_of(shop):
    return shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]


def test_placing_an_order_makes_these_calls(shop):
    shop.ordered(shop.other, shop.works["tides"])
    with cut() as wire:
        shop.ordered(shop.reader, shop.works["tides"])
    assert named(wire) == PLACING


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(PLACING) + 1))
def test_a_reader_whose_order_broke_off_asks_again_and_gets_it_once(shop, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    shop.holds()
    shop.world.clock.advance(seconds=61)
    order = shop.ordered(shop.reader, shop.works["tides"], key="the-same-key")
    assert len(orders_of(shop)) == len(shop.every("checkout.session")) == 1
    shop.pays(order)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(PLACING) + 1))
def test_an_order_that_broke_off_and_was_forgotten_costs_nobody_anything(shop, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        shop.orders(shop.reader, shop.works["tides"])
    shop.later(minutes=46)
    shop.arrives()
    shop.signs_everybody_in()
    assert {order["status"] for order in orders_of(shop)} <= {"expired"}
    assert {session["status"] for session in shop.every("checkout.session")} <= {"expired"}
    assert shop.library(shop.reader) == []
    shop.holds()
    assert shop.orders(shop.reader, shop.works["tides"]).status == 201


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, 6))
def test_a_free_order_that_broke_off_is_given_all_the_same(shop, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        shop.orders(shop.reader, shop.works["gift"], key="the-same-key")
    shop.holds()
    shop.world.clock.advance(seconds=61)
    assert shop.ordered(shop.reader, shop.works["gift"], key="the-same-key")["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["gift"]]
    shop.holds()


def test_a_free_order_that_broke_off_and_was_forgotten_is_given_by_the_sweeper(shop):
    with pytest.raises(Cut), cut(5):
        shop.orders(shop.reader, shop.works["gift"])
    shop.later(minutes=46)
    shop.signs_everybody_in()
    assert shop.library(shop.reader) == [shop.works["gift"]]
    shop.holds()


def test_settling_makes_these_calls(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    shop.pays(order)
    [event] = waiting(shop, "checkout.session.completed")
    with cut() as wire:
        hearing.hear(event)
    assert named(wire) == SETTLING


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(SETTLING) + 1))
def test_a_payment_whose_worker_died_is_entered_once_all_the_same(shop, at, done):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    [event] = waiting(shop, "checkout.session.completed")
    with pytest.raises(Cut), cut(at, done=done):
        hearing.hear(event)
    shop.holds()
    shop.later(minutes=6)
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(RETURNING) + 1))
def test_money_that_bought_nothing_goes_back_once_whenever_its_worker_died(shop, at, done):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=1)
    [event] = waiting(shop, "checkout.session.completed")
    hearing.hear(event)
    payment = shop.every("payment_intent")[0]["id"]
    body = '{"outbox_id": "return:%s"}' % payment  # noqa: UP031
    with pytest.raises(Cut), cut(at, done=done) as wire:
        carry_out(a_message(body), Context("orders_carry_out"))
    assert named(wire) == RETURNING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.arrives()
    assert [refund["amount"] for refund in shop.every("refund")] == [1]
    assert shop.seen(shop.reader, order)["status"] == "returned"
    assert len([mail for mail in shop.world.mails(shop.reader.email) if "comes back" in mail["subject"]]) == 1
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(CANCELING) + 1))
def test_a_cancellation_that_broke_off_can_be_repeated(shop, at, done):
    order = shop.ordered(shop.reader, shop.works["tides"])
    path = f"/v1/orders/{order['order_id']}/cancellation"
    with pytest.raises(Cut), cut(at, done=done) as wire:
        shop.world.post(path, as_=shop.reader)
    assert named(wire) == CANCELING[:at]
    shop.arrives()
    assert shop.world.post(path, as_=shop.reader).json["status"] in ("canceled", "expired")
    assert shop.session_of(order)["status"] == "expired"
    shop.holds()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["500", "dropped"])
@pytest.mark.parametrize("operation", ["Query", "TransactWriteItems"])
def test_a_store_that_fails_while_a_payment_is_entered_delays_it_only(shop, operation, how, when):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.settles()
    shop.fake.deliver(times=2)
    shop.world.platform.emulator.faults.fail("dynamodb", operation, times=12, how=how, when=when)
    shop.world.pump(tolerate=True)
    shop.world.platform.emulator.faults.clear()
    shop.holds()
    shop.later(minutes=6)
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    assert shop.journals() == ["J1", "J1s"]
    shop.holds()


@pytest.mark.parametrize("kind", ["drop_before", "refuse"])
def test_a_stripe_that_does_not_answer_delays_a_payment_only(shop, kind):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.fails(kind, "GET", times=4)
    shop.fake.deliver()
    shop.world.pump(tolerate=True)
    shop.later(minutes=6)
    assert shop.seen(shop.reader, order)["status"] == "paid"
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(REFUNDING) + 1))
def test_a_refund_is_sent_and_entered_once_whenever_its_worker_died(shop, at, done):
    order = shop.bought(shop.reader, shop.works["winds"])
    path = f"/v1/orders/{order['order_id']}/refund-requests"
    request = shop.world.post(path, {}, as_=shop.reader, headers={"idempotency-key": "refund-key"}).json
    body = '{"outbox_id": "refund:%s"}' % request["request_id"]  # noqa: UP031
    with pytest.raises(Cut), cut(at, done=done) as wire:
        carry_out(a_message(body), Context("orders_carry_out"))
    assert named(wire) == REFUNDING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.arrives()
    assert [refund["amount"] for refund in shop.every("refund")] == [1_001]
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("refunded", [])
    assert len([mail for mail in shop.world.mails(shop.reader.email) if "Your refund" in mail["subject"]]) == 1
    shop.holds()
