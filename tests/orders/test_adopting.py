"""Somebody refunds a sale in Stripe's own dashboard: order, access and books follow, to the unit."""

import pytest

from chalicelib.orders import hearing
from chalicelib.payments import gateway, inbox
from infra.local.fake_stripe import disputes
from tests.crashes import Cut, cut
from tests.orders.test_crashes import waiting
from tests.orders.test_refunds import LATE_FAILURE, asks, decides, sends_back, settled


def refunded_by_hand(shop, order, amount):
    """As the dashboard does it: nothing names a task or an order of ours."""
    payment = next(each for each in shop.every("payment_intent") if each["metadata"]["order_id"] == order["order_id"])
    return gateway.refund("", shop.keys, "", payment["id"], amount, "requested_by_customer")


def test_all_of_a_sale_goes_back_as_if_its_buyer_had_asked(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    refunded_by_hand(shop, order, 1_901)
    shop.arrives(times=2)
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunds"][0]["status"]) == ("refunded", "refunded")
    assert seen["refunds"][0]["reasons"] == ["made_at_provider"]
    assert shop.library(shop.reader) == []
    kept = {name: total for name, total in shop.sums().items() if not name.startswith(("cash", "processor_fee"))}
    assert kept == {}
    subjects = [mail["subject"] for mail in shop.world.mails(shop.reader.email)]
    assert subjects.count(f"Your refund: order {order['order_id']}") == 1
    shop.holds()


def test_part_of_a_sale_is_spread_over_what_is_left_of_its_lines(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 899}])
    shop.arrives()
    refunded_by_hand(shop, order, 500)
    shop.arrives()
    parts = shop.seen(shop.reader, order)["refunds"]
    spread = next(each for each in parts if each["reasons"] == ["made_at_provider"])
    assert {part["work_id"]: part["amount"] for part in spread["works"]} == {shop.works["winds"]: 500}
    assert set(shop.library(shop.reader)) == {shop.works["tides"], shop.works["winds"]}
    shop.holds()


def test_one_that_fails_late_gives_everything_back(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, card=LATE_FAILURE)
    shop.arrives()
    settled(shop, order)
    before = shop.sums()
    refunded_by_hand(shop, order, 900)
    shop.arrives()
    assert shop.library(shop.reader) == []
    shop.world.clock.advance(days=1)
    shop.signs_everybody_in()
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    assert shop.sums() == before
    shop.holds()


def test_one_that_failed_before_it_could_be_entered_needs_no_room(shop):
    """A request held it up until it had failed; now a bank has all of the sale, and there is no room any more."""
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, card=LATE_FAILURE)
    shop.arrives()
    settled(shop, order)
    asked = asks(shop, order, works=[{"work_id": shop.works["tides"], "amount": 600}]).json
    refunded_by_hand(shop, order, 900)
    shop.arrives(tolerate=True)
    shop.world.clock.advance(days=1)
    shop.signs_everybody_in()
    shop.fake.tick()
    disputes.open_dispute(shop.fake, shop.every("charge")[0]["id"])
    decides(shop, order, asked, approve=False, because="a bank asks")
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], [each["status"] for each in seen["refunds"]]) == ("disputed", ["rejected"])
    assert shop.journals() == ["J1", "J1s", "J2r", "J3r", "J4"]
    assert shop.library(shop.reader) == []
    assert "Your refund" not in str(shop.world.mails(shop.reader.email))
    shop.holds()
    disputes.move(shop.fake, shop.every("dispute")[0]["id"], "won")
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("paid", [shop.works["tides"]])
    assert list(inbox.parked()) == []
    shop.holds()


def test_what_a_request_has_reserved_is_not_reserved_twice(shop):
    """The buyer's request is approved and not sent yet; meanwhile the dashboard sends all of it back."""
    shop.world.clock.advance(seconds=1)
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 600}])
    refunded_by_hand(shop, order, 900)
    shop.arrives(tolerate=True)
    for _ in range(3):
        shop.later(minutes=6, tolerate=True)
        shop.arrives(tolerate=True)
    shop.signs_everybody_in()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"]) == ("refunded", 900)
    assert sum(refund["amount"] for refund in shop.every("refund") if refund["status"] == "succeeded") == 900
    assert {each["status"] for each in seen["refunds"]} == {"failed", "refunded"}
    assert shop.library(shop.reader) == []
    assert list(inbox.parked()) == []
    shop.holds()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 7))
def test_its_worker_may_die_between_any_two_calls(shop, at, done):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    refunded_by_hand(shop, order, 300)
    [event] = waiting(shop, "refund.created")
    with pytest.raises(Cut), cut(at, done=done):
        hearing.hear(event)
    shop.holds()
    shop.later(minutes=6)
    shop.arrives()
    shop.signs_everybody_in()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"]) == ("partially_refunded", 300)
    shop.holds()
