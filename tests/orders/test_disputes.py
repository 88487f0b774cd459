"""A buyer's bank takes money back: access, status and books follow, exact to the unit, in whatever order it is told."""

import itertools

import pytest

from chalicelib.catalog.models import WorkRow
from chalicelib.core import ids
from chalicelib.orders import collection, disputing, hearing
from chalicelib.payments import inbox
from infra.local.fake_stripe import disputes
from tests.crashes import Cut, cut
from tests.orders.test_checkout import items_of
from tests.orders.test_crashes import waiting
from tests.orders.test_refunds import LATE_FAILURE, asks, decides, sends_back, settled

OPENED = "charge.dispute.created"


def disputed(shop, order, **how):
    """The bank speaks; nobody has told us yet."""
    charge = shop.fake.find("payment_intent", collection.read(order["order_id"]).payments[0].row[8:])["latest_charge"]
    return disputes.open_dispute(shop.fake, charge, **how)["id"]


def becomes(shop, dispute, status, *more):
    for each in (status, *more):
        disputes.move(shop.fake, dispute, each)
    shop.arrives()


def books(shop):
    """What the accounts come to, but cash, fees and the exchange."""
    outside = ("cash", "processor_fee", "dispute_fee", "fx_clearing")
    return {name: total for name, total in shop.sums().items() if not name.startswith(outside)}


def test_a_dispute_takes_access_and_a_loss_takes_the_shares(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    sold = books(shop)
    dispute = disputed(shop, order)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "disputed"
    assert shop.library(shop.reader) == []
    assert books(shop) == sold | {"dispute_receivable usd": 1_001}
    assert shop.sums()["dispute_fee usd"] == 1_500
    shop.holds()
    becomes(shop, dispute, "under_review", "lost")
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], shop.library(shop.reader), books(shop)) == ("charged_back", [], {})
    assert [moment["what"] for moment in seen["timeline"]][-2:] == ["disputed", "charged_back"]
    assert (asks(shop, order).status, asks(shop, order).json["code"]) == (409, "nothing_to_refund")
    shop.holds()


def test_one_that_is_won_gives_everything_back_but_the_fee(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    before = shop.sums()
    dispute = disputed(shop, order)
    shop.arrives()
    becomes(shop, dispute, "under_review", "won")
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["winds"]]
    after = shop.sums()
    assert after.pop("dispute_fee usd") == 1_500 == before.pop("cash usd") - after.pop("cash usd")
    assert after == before
    shop.holds()
    assert asks(shop, order).json["status"] == "approved"
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "refunded"
    shop.holds()


def test_an_inquiry_moves_no_money_keeps_access_and_stops_refunds(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    before = shop.sums()
    dispute = disputed(shop, order, inquiry=True)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    assert asks(shop, order).json["code"] == "order_disputed"
    becomes(shop, dispute, "warning_under_review", "warning_closed")
    assert shop.sums() == before
    assert asks(shop, order).json["status"] == "approved"
    shop.arrives()
    shop.holds()


def test_an_inquiry_that_becomes_a_dispute_takes_the_money(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    dispute = disputed(shop, order, inquiry=True)
    shop.arrives()
    becomes(shop, dispute, "needs_response")
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("disputed", [])
    becomes(shop, dispute, "lost")
    assert (shop.seen(shop.reader, order)["status"], books(shop)) == ("charged_back", {})
    shop.holds()


def test_what_a_bank_left_can_be_asked_for_and_while_it_decides_cannot(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    dispute = disputed(shop, order, amount=100)
    shop.arrives()
    assert asks(shop, order).json["code"] == "order_disputed"
    becomes(shop, dispute, "lost")
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("charged_back", [])
    shop.holds()
    shop.every("dispute")[0]["is_charge_refundable"] = True
    assert (reply := asks(shop, order, key="refund-key-2").json)["amount"] == 800, reply
    assert reply["status"] == "approved"
    shop.arrives()
    assert (shop.seen(shop.reader, order)["refunds"][0]["status"], books(shop)) == ("refunded", {})
    assert shop.library(shop.reader) == []
    shop.holds()


def test_what_a_provider_will_not_send_after_a_loss_is_free_again(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    becomes(shop, disputed(shop, order, amount=100), "lost")
    assert asks(shop, order).json["status"] == "approved"
    shop.arrives()
    assert shop.seen(shop.reader, order)["refunds"][0]["status"] == "failed"
    assert asks(shop, order, key="refund-key-2").json["amount"] == 800
    shop.holds()


def test_what_was_refunded_before_is_not_lost_again(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    sends_back(shop, order, works=[{"work_id": shop.works["winds"], "amount": 334}])
    shop.arrives()
    dispute = disputed(shop, order)
    becomes(shop, dispute, "lost")
    assert (shop.seen(shop.reader, order)["status"], books(shop)) == ("charged_back", {})
    shop.holds()


def test_a_bank_that_takes_a_part_takes_it_of_all_works_alike(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    dispute = disputed(shop, order, amount=700)
    shop.arrives()
    parts = collection.read(order["order_id"]).disputes[0].parts
    assert (sum(parts.values()), parts) == (700, {"line#001": 331, "line#002": 369})
    becomes(shop, dispute, "lost")
    assert -sum(books(shop).values()) == 1_901 - 700
    shop.holds()


def test_more_than_is_left_waits_in_suspense_for_a_person(shop):
    """Card networks may dispute all of a charge of which some went back already."""
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 400}])
    shop.arrives()
    charge = shop.every("charge")[0]
    charge["amount_refunded"] = 0
    dispute = disputed(shop, order, amount=900)
    becomes(shop, dispute, "lost")
    assert books(shop) == {"suspense usd": 400}
    shop.holds()


def test_a_refund_that_fails_late_during_a_dispute_gives_no_access(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    shop.pays(order, card=LATE_FAILURE)
    shop.arrives()
    settled(shop, order)
    sold = books(shop)
    asks(shop, order, works=[{"work_id": shop.works["tides"]}])
    shop.arrives()
    assert shop.library(shop.reader) == [shop.works["winds"]]
    dispute = disputed(shop, order)
    shop.arrives()
    shop.world.clock.advance(days=1)
    shop.signs_everybody_in()
    shop.arrives()
    assert shop.library(shop.reader) == []
    assert books(shop) == sold | {"dispute_receivable usd": 1_001}
    shop.holds()
    becomes(shop, dispute, "won")
    assert set(shop.library(shop.reader)) == {shop.works["tides"], shop.works["winds"]}
    assert books(shop) == sold
    shop.holds()


def test_won_after_it_was_lost_gives_access_and_shares_back(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    asks(shop, order, works=[{"work_id": shop.works["tides"]}])
    shop.arrives()
    before = books(shop)
    dispute = disputed(shop, order)
    becomes(shop, dispute, "lost")
    becomes(shop, dispute, "appeal_under_review")
    assert shop.seen(shop.reader, order)["status"] == "charged_back"
    becomes(shop, dispute, "won")
    assert shop.seen(shop.reader, order)["status"] == "partially_refunded"
    assert shop.library(shop.reader) == [shop.works["winds"]]
    assert books(shop) == before
    assert {"J4", "J5", "J6", "J6r"} <= set(shop.journals())
    shop.holds()


def test_what_nobody_decided_yet_the_bank_decides(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    shop.world.clock.advance(days=20)
    shop.signs_everybody_in()
    request = asks(shop, order).json
    assert request["status"] == "review"
    dispute = disputed(shop, order)
    shop.arrives()
    assert shop.seen(shop.reader, order)["refunds"][0]["status"] == "rejected"
    assert decides(shop, order, request, approve=True).status == 409
    becomes(shop, dispute, "lost")
    assert books(shop) == {}
    shop.holds()


def undecided(shop, *work_ids):
    """An order, each work of which is asked back by a request that waits for somebody."""
    order = settled(shop, shop.bought(shop.reader, *work_ids))
    shop.world.clock.advance(days=15)
    shop.signs_everybody_in()
    for number, work_id in enumerate(work_ids):
        assert asks(shop, order, f"refund-key-{number}", works=[{"work_id": work_id}]).json["status"] == "review"
    return order


def test_requests_that_wait_are_rejected_some_at_a_time_and_keep_no_dispute_out(shop, monkeypatch):
    monkeypatch.setattr(disputing, "REFUSED_AT_ONCE", 3)
    order = undecided(shop, *shop.copies(shop.works["tides"], 10))
    dispute = disputed(shop, order)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], shop.library(shop.reader)) == ("disputed", [])
    assert {request["status"] for request in seen["refunds"]} == {"rejected"}
    shop.holds()
    becomes(shop, dispute, "lost")
    assert books(shop) == {}
    shop.holds()


def test_the_largest_cart_with_as_many_requests_is_lost_in_one_sight(shop):
    """Twenty works, as many authors as an order may have, and a request for each work."""
    authors = {ids.new(): 625 for _ in range(15)} | {shop.author.account_id: 625}
    works = shop.copies(shop.works["tides"], 20)
    for work_id in works:
        row = WorkRow.get(work_id, "work")
        row.shares = authors
        row.save()
    assert shop.orders(shop.reader, *works).code == "cart_too_large"
    for work_id in works:
        row = WorkRow.get(work_id, "work")
        row.shares = dict.fromkeys(list(authors)[:14], 666) | {shop.author.account_id: 676}
        row.save()
    order = undecided(shop, *works)
    disputes.move(shop.fake, disputed(shop, order), "lost")
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.arrives()
    assert max(items_of(exchanges)) == 8 + 2 * 20 + 2 * 15
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader), books(shop)) == ("charged_back", [], {})
    shop.holds()


def test_an_approved_refund_that_the_bank_overtook_is_not_sent(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    assert asks(shop, order).json["status"] == "approved"
    dispute = disputed(shop, order)
    disputes.move(shop.fake, dispute, "lost")
    shop.arrives(tolerate=True)
    for _ in range(3):
        shop.later(minutes=6, tolerate=True)
    shop.signs_everybody_in()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunds"][0]["status"]) == ("charged_back", "failed")
    assert (shop.every("refund"), books(shop)) == ([], {})
    shop.holds()


def test_in_another_currency_what_banks_have_is_counted_in_the_buyers(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], currency="jpy"))
    dispute = disputed(shop, order)
    shop.arrives()
    assert shop.sums()["dispute_receivable jpy"] == 900
    becomes(shop, dispute, "lost")
    assert books(shop) == {}
    shop.holds()


def test_a_dispute_of_money_that_bought_nothing_leaves_the_order_alone(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    shop.pays(order)
    shop.arrives()
    shop.fails("refuse", "POST", "/v1/refunds", times=50)
    from infra.local.fake_stripe.payments import pay

    pay(shop.fake, twin["id"])
    shop.arrives(tolerate=True)
    shop.settles()
    shop.arrives(tolerate=True)
    second = next(row for row in collection.read(order["order_id"]).payments if row.kind == "overpaid")
    disputes.open_dispute(shop.fake, second.charge_id)
    shop.arrives(tolerate=True)
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    becomes_lost = shop.every("dispute")[0]["id"]
    disputes.move(shop.fake, becomes_lost, "lost")
    shop.arrives(tolerate=True)
    assert "buyer_overpaid usd" not in shop.sums() and "dispute_receivable usd" not in shop.sums()
    from chalicelib.orders import invariants

    assert invariants.check().differences == []


def test_a_status_that_nobody_knows_is_put_aside_and_nothing_is_guessed(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    dispute = disputed(shop, order, inquiry=True)
    shop.arrives()
    disputes.move(shop.fake, dispute, "escalated_to_the_moon")
    shop.arrives()
    assert [why for _, why in inbox.parked()] == ["the dispute is nothing that we know: escalated_to_the_moon"]
    assert shop.seen(shop.reader, order)["status"] == "paid"


def test_one_of_a_charge_that_is_none_of_ours_is_put_aside(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    shop.every("payment_intent")[0]["metadata"].clear()
    disputed(shop, order)
    shop.arrives()
    assert {why for _, why in inbox.parked()} == {"it is for no order of ours"}


@pytest.mark.parametrize("end", ["won", "lost"])
def test_every_order_in_which_it_can_be_told_comes_to_the_same(shop, end):
    """Every fifth permutation of five events: the dispute's, and a refund's before it."""
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], shop.works["winds"]))
    shop.fake.state.holding = True
    sends_back(shop, order, works=[{"work_id": shop.works["winds"], "amount": 334}])
    shop.world.pump()
    dispute = disputed(shop, order)
    disputes.move(shop.fake, dispute, end)
    told = [event["id"] for event in shop.events() if "dispute" in event["type"] or event["type"] == "refund.created"]
    assert len(told) >= 4
    stock = shop.keeps()
    outcomes = set()
    for turn in list(itertools.permutations(told[:5]))[::5]:
        shop.puts_back(stock)
        for event in turn:
            shop.arrives(events=[event])
        shop.holds()
        seen, library = shop.seen(shop.reader, order), shop.library(shop.reader)
        outcomes.add((seen["status"], str(sorted(books(shop).items())), *library))
    assert len(outcomes) == 1
    assert next(iter(outcomes))[0] == {"won": "partially_refunded", "lost": "charged_back"}[end]


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_its_worker_may_die_between_any_two_calls(shop, at, done):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    dispute = disputed(shop, order)
    disputes.move(shop.fake, dispute, "lost")
    [event] = waiting(shop, OPENED)
    try:
        with cut(at, done=done):
            hearing.hear(event)
    except Cut:
        pass
    shop.holds()
    shop.later(minutes=6)
    shop.arrives()
    shop.signs_everybody_in()
    assert (shop.seen(shop.reader, order)["status"], books(shop)) == ("charged_back", {})
    shop.holds()


def test_one_whose_end_nobody_told_is_found_by_the_sweeper(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    dispute = disputed(shop, order)
    shop.arrives()
    shop.fake.state.holding = True
    disputes.move(shop.fake, dispute, "lost")
    shop.later(days=8)
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, order)["status"] == "charged_back"
    shop.fake.state.holding = False
    shop.arrives()
    shop.holds()


def test_money_that_bought_nothing_goes_back_once_its_bank_gave_it_back(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500)
    dispute = disputed_charge(shop)
    shop.arrives()
    assert (shop.every("refund"), shop.seen(shop.reader, order)["status"]) == ([], "review")
    becomes(shop, dispute, "under_review", "won")
    assert [refund["amount"] for refund in shop.every("refund")] == [500]
    assert shop.seen(shop.reader, order)["status"] == "returned"
    shop.holds()


def disputed_charge(shop):
    return disputes.open_dispute(shop.fake, shop.every("charge")[0]["id"])["id"]
