"""From a payment to what follows from it, whatever comes twice, late, or in another order."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from chalicelib.ledger import journals
from chalicelib.orders import hearing
from chalicelib.payments.inbox import Event

PURCHASE_EVENTS = (
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
)
HEARD = [kind for kind in PURCHASE_EVENTS if kind not in ("payment_intent.created", "charge.succeeded")]


def ids_of(shop, *kinds):
    return [event["id"] for kind in kinds for event in shop.events() if event["type"] == kind]


def is_sold_once(shop, order, work="tides", settled=True):
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works[work]]
    assert shop.journals() == ["J1", "J1s"] if settled else ["J1"]
    shop.holds()


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(3))))
def test_a_purchases_events_may_come_in_any_order(shop, order_of_arrival):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.settles()
    arriving = ids_of(shop, *(HEARD[place] for place in order_of_arrival))
    for event in arriving:
        shop.arrives(events=[event])
        shop.holds()
    is_sold_once(shop, order)


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(5)))[::7])
def test_an_unruly_evening_ends_as_an_orderly_one(shop, order_of_arrival):
    """A wallet that answers later tells five things: some arrive twice, some before the balance transaction exists."""
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, "alipay", "later")
    shop.world.clock.advance(seconds=61)
    shop.fake.tick()
    early = ids_of(shop, "checkout.session.completed", "payment_intent.succeeded")
    shop.arrives(events=[early[order_of_arrival[0] % 2]])
    shop.holds()
    shop.settles()
    kinds = [*HEARD, "checkout.session.async_payment_succeeded", "checkout.session.completed"]
    shop.arrives(events=ids_of(shop, *(kinds[place] for place in order_of_arrival)), times=2)
    is_sold_once(shop, order)


def test_events_that_come_before_the_transaction_exists_leave_it_for_later(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.arrives()
    assert shop.journals() == ["J1"]
    shop.settles()
    shop.arrives()
    assert shop.journals() == ["J1", "J1s"]
    shop.holds()


def test_everything_may_come_twice_at_once_and_shuffled(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.settles()
    shop.fake.deliver(times=3, order="shuffled", seed=5)
    shop.world.pump(duplicate=True, shuffle=5)
    is_sold_once(shop, order)
    assert len([mail for mail in shop.world.mails(shop.reader.email) if "order" in mail["subject"]]) == 1


def test_a_transaction_that_is_there_at_once_is_entered_with_the_sale(shop):
    shop.fake.merchant.settle_after = 0
    order = shop.bought(shop.reader, shop.works["tides"])
    is_sold_once(shop, order)


@pytest.mark.parametrize("outcome", ["later", "later_fail"])
@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_a_wallet_that_answers_later_is_waited_for(shop, method, outcome):
    order = shop.ordered(shop.reader, shop.works["tides"])
    assert shop.pays(order, method, outcome) == 303
    shop.arrives()
    waiting = shop.seen(shop.reader, order)
    assert (waiting["status"], waiting["pay_at"]) == ("processing", None)
    assert shop.library(shop.reader) == []
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    became = shop.seen(shop.reader, order)
    assert became["status"] == ("paid" if outcome == "later" else "failed")
    assert shop.library(shop.reader) == ([shop.works["tides"]] if outcome == "later" else [])
    shop.holds()


def test_the_word_of_a_wallet_may_come_before_the_page_is_said_to_be_complete(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, "alipay", "later")
    shop.world.clock.advance(seconds=61)
    shop.fake.tick()
    shop.arrives(order="reversed")
    assert [moment["what"] for moment in shop.seen(shop.reader, order)["timeline"]][-1] == "paid"
    shop.holds()


def test_a_declined_card_changes_nothing_and_another_may_pay(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    assert shop.pays(order, card="4000 0000 0000 0002") == 402
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "awaiting"
    shop.pays(order)
    shop.arrives()
    is_sold_once(shop, order, settled=False)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"amount": 899}, "amount"),
        ({"amount": 901}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "chf"}, "currency"),
    ],
)
def test_a_payment_of_the_wrong_amount_or_currency_grants_nothing_and_goes_back(shop, wrong, reason):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, **wrong)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["reason"]) == ("returned", reason)
    assert shop.library(shop.reader) == []
    [refund] = shop.every("refund")
    assert (refund["amount"], refund["status"]) == (wrong.get("amount", 900), "succeeded")
    assert not [name for name in shop.sums() if name.startswith(("suspense", "author_held", "commission"))]
    shop.holds()


def test_what_came_too_little_is_never_a_sale_even_if_told_of_again(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=1_00)
    shop.arrives(times=2)
    shop.arrives(events=ids_of(shop, "payment_intent.succeeded"), times=3)
    assert len(shop.every("refund")) == 1
    assert shop.library(shop.reader) == []
    shop.holds()


def test_a_work_withdrawn_before_the_payment_is_not_sold_and_the_money_goes_back(shop):
    work = shop.works["tides"]
    order = shop.ordered(shop.reader, work)
    shop.withdraws(work)
    shop.pays(order)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.seen(shop.reader, order)["reason"]) == (
        "returned",
        "withdrawn",
    )
    assert shop.library(shop.reader) == []
    shop.holds()


def test_a_version_published_before_the_payment_is_the_one_the_reader_gets_at_the_old_price(shop):
    work = shop.works["tides"]
    order = shop.ordered(shop.reader, work)
    shop.publishes_again(work, title="On tides, again", prices={"usd": 1_200})
    shop.pays(order)
    shop.arrives()
    is_sold_once(shop, order, settled=False)
    owned = shop.world.get("/v1/me/library", as_=shop.reader).json["items"][0]
    assert (owned["version"], owned["work"]["title"]) == (2, "On tides, again")
    assert shop.sums()["stripe_pending usd"] == 900


def test_two_orders_of_one_work_are_sold_once_and_the_second_payment_goes_back(shop):
    first, second = (shop.ordered(shop.reader, shop.works["tides"]) for _ in range(2))
    shop.pays(first)
    shop.pays(second)
    shop.arrives(order="shuffled", seed=1)
    states = sorted((shop.seen(shop.reader, order)["status"], shop.seen(shop.reader, order)["reason"] or "")
                    for order in (first, second))  # fmt: skip
    assert states == [("paid", ""), ("returned", "already_owned")]
    assert [refund["reason"] for refund in shop.every("refund")] == ["duplicate"]
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


def test_a_second_payment_of_one_order_goes_back_and_the_sale_stands(shop):
    """Two pages for one order exist where Stripe's answer was lost and its key forgotten: both can be paid."""
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    shop.pays(order)
    shop.pays({"pay_at": twin["url"]}, "alipay")
    shop.arrives()
    shop.world.clock.advance(seconds=120)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], sorted(payment["kind"] for payment in seen["payments"])) == (
        "paid",
        ["overpaid", "purchase"],
    )
    assert {payment["kind"]: payment["refunded"] for payment in seen["payments"]} == {"purchase": 0, "overpaid": 900}
    assert "paid_again" in [moment["what"] for moment in seen["timeline"]]
    assert shop.journals() == ["J1", "J1b", "J1s", "J1s", "J2r"]
    assert "buyer_overpaid usd" not in shop.sums()
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


def test_an_order_that_expired_or_was_canceled_and_was_paid_after_all_is_paid(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    assert shop.world.post(f"/v1/orders/{order['order_id']}/cancellation", as_=shop.reader).json["status"] == "canceled"
    shop.pays({"pay_at": twin["url"]})
    shop.arrives()
    is_sold_once(shop, order, settled=False)


def test_yen_are_whole_and_settle_through_the_exchange(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], currency="jpy")
    assert (order["total"], order["written_total"]) == (900, "JP¥900")
    shop.pays(order)
    shop.settles()
    shop.arrives()
    sums = shop.sums()
    assert sums[f"author_held#{shop.author.account_id} jpy"] == -810
    assert (sums["fx_clearing jpy"], sums["fx_clearing usd"]) == (900, -603)
    assert sums["cash usd"] + sums["processor_fee usd"] == 603
    is_sold_once(shop, order)


def test_each_author_gets_their_share_to_the_last_unit(shop):
    shop.bought(shop.reader, shop.works["winds"])
    sums = shop.sums()
    first, second = shop.author.account_id, shop.coauthor.account_id
    assert (sums["commission usd"], sums[f"author_held#{first} usd"], sums[f"author_held#{second} usd"]) == (
        -100,
        -601,
        -300,
    )
    assert journals.balance(f"author_held#{second}", "usd") == -300
    shop.holds()


def test_a_cart_is_one_sale(shop):
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"])
    assert sorted(shop.library(shop.reader)) == sorted([shop.works["tides"], shop.works["winds"]])
    assert shop.journals() == ["J1"]
    assert shop.sums()["stripe_pending usd"] == order["total"] == 1_901
    shop.holds()


def test_a_payment_for_no_order_of_ours_is_put_aside_for_a_person(shop):
    from chalicelib.payments import inbox

    order = shop.ordered(shop.reader, shop.works["tides"])
    session = shop.session_of(order)
    shop.fake.state.intent_data[session["id"]]["metadata"] = {"order_id": "somebody-elses"}
    session["client_reference_id"] = "somebody-elses"
    shop.pays(order)
    shop.arrives()
    assert {reason for _, reason in inbox.parked()} == {"it is for no order of ours"}
    assert shop.library(shop.reader) == []


@pytest.mark.parametrize("pages", [1, 2])
def test_workers_at_the_same_payments_at_once_enter_each_once(shop, pages):
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    for page in [order, {"pay_at": twin["url"]}][:pages]:
        shop.pays(page)
    shop.settles()
    shop.fake.deliver()
    told = [
        Event(event["id"], event["type"], event["data"]["object"]["id"])
        for event in shop.events()
        if event["type"] in HEARD
    ]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(hearing.hear, told * 2))
    shop.holds()
    shop.world.pump()
    assert shop.journals() == (["J1", "J1s"] if pages == 1 else ["J1", "J1b", "J1s", "J1s", "J2r"])
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()
