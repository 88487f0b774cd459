"""A subscription renews a pass by card: begun on a page, billed by the provider's clock, each paid invoice an order."""

from datetime import timedelta
from itertools import pairwise, permutations

import pytest

from chalicelib.core import clock
from chalicelib.orders import hearing
from infra.local.fake_stripe.subscriptions import give_card
from tests.catalog.test_bundles import field_of
from tests.orders.test_crashes import waiting
from tests.orders.test_passes import makes, orders, passes, reads
from tests.orders.test_refunds import asks, sends_back
from tests.till import CARD, Shop

BLOCKED = "4000000000009995"
FIRST = (
    "payment_intent.succeeded",
    "customer.subscription.created",
    "invoice.paid",
    "checkout.session.completed",
    "charge.updated",
)


@pytest.fixture
def month(shop: Shop):
    return makes(shop).json


def asks_to(shop, sold, buyer=None, currency="usd", key=None):
    shop.keys += 1
    headers = {"idempotency-key": key or f"subscription-key-{shop.keys}"}
    body = {"pass_id": sold["pass_id"], "currency": currency}
    return shop.world.post("/v1/subscriptions", body, as_=buyer or shop.reader, headers=headers)


def subscribed(shop, sold, buyer=None):
    """A subscription whose first invoice is paid and entered."""
    begun = asks_to(shop, sold, buyer).json
    assert shop.pays(begun) == 303
    shop.arrives()
    return seen(shop, begun, buyer)


def seen(shop, begun, buyer=None):
    reply = shop.world.get(f"/v1/me/subscriptions/{begun['subscription_id']}", as_=buyer or shop.reader)
    assert reply.status == 200, reply.body
    return reply.json


def bought(shop, buyer=None):
    """The orders that there are, oldest first."""
    items = shop.world.get("/v1/me/orders", as_=buyer or shop.reader).json["items"][::-1]
    return [shop.seen(buyer or shop.reader, each) for each in items]


def periods(shop):
    return [(order["author_pass"]["starts_at"], order["author_pass"]["ends_at"]) for order in bought(shop)]


def goes_by(shop, **span):
    """Time passes, the provider bills, its events arrive, and the schedules run."""
    shop.world.clock.advance(**span)
    shop.fake.tick()
    shop.arrives()
    shop.later(seconds=1)
    shop.arrives()
    shop.signs_everybody_in()


def renews_soon(shop, begun):
    """To an hour and a half after the end of what is paid: the provider's draft was charged."""
    ends = max(item["current_period_end"] for item in stripes(shop)["items"]["data"])
    goes_by(shop, seconds=ends - clock.timestamp() + 5_400)


def stripes(shop):
    return shop.every("subscription")[-1]


def blocks(shop, card=BLOCKED):
    give_card(shop.fake, stripes(shop)["id"], card)


def letters(shop, word, buyer=None):
    return [mail for mail in shop.world.mails((buyer or shop.reader).email) if word in mail["subject"]]


def cancels(shop, begun, buyer=None):
    path = f"/v1/subscriptions/{begun['subscription_id']}/cancellation"
    return shop.world.post(path, as_=buyer or shop.reader)


# Beginning


def test_a_page_for_a_card_is_answered_and_paid_it_is_an_order_and_a_pass(shop, month):
    begun = asks_to(shop, month)
    assert (begun.status, begun.json["status"], begun.json["price"]) == (201, "awaiting", 1_200), begun.body
    assert begun.headers["Location"] == f"/v1/me/subscriptions/{begun.json['subscription_id']}"
    assert shop.every("checkout.session")[0]["payment_method_types"] == ["card"]
    assert reads(shop) == 403
    assert shop.pays(begun.json) == 303
    shop.arrives()
    told = seen(shop, begun.json)
    assert (told["status"], told["pay_at"], reads(shop)) == ("active", None, 200)
    [order] = bought(shop)
    assert (order["status"], order["total"], order["order_id"]) == ("paid", 1_200, told["last_order_id"])
    assert order["author_pass"]["subscription_id"] == told["subscription_id"]
    assert order["author_pass"]["days"] in (28, 29, 30, 31)
    assert told["paid_until"] == order["author_pass"]["ends_at"]
    assert [mine["ends_at"] for mine in passes(shop)] == [told["paid_until"]]
    assert (shop.journals(), len(letters(shop, "order"))) == (["J1"], 1)
    shop.settles()
    shop.arrives()
    assert shop.journals() == ["J1", "J1s"]
    shop.holds()


def test_who_may_subscribe_to_what(shop, month):
    assert asks_to(shop, month, shop.author).code == "own_pass"
    assert asks_to(shop, month, currency="cny").code == "pass_not_for_sale"
    assert asks_to(shop, {"pass_id": shop.works["tides"]}).code == "pass_not_for_sale"
    assert field_of(asks_to(shop, {"pass_id": "x"})) == "pass_id"
    subscribed(shop, month)
    another = makes(shop, days=365, prices={"usd": 9_900}).json
    assert asks_to(shop, another).code == "already_subscribed"
    assert asks_to(shop, another, shop.other).status == 201


def test_a_subscription_is_seen_and_canceled_by_its_buyer_alone(shop, month):
    begun = subscribed(shop, month)
    path = f"/v1/me/subscriptions/{begun['subscription_id']}"
    assert shop.world.get(path, as_=shop.other).status == 404
    assert cancels(shop, begun, shop.other).status == 404
    assert shop.world.get("/v1/me/subscriptions", as_=shop.other).json["items"] == []
    assert shop.world.get("/v1/me/subscriptions", as_=shop.reader).json["items"] == [seen(shop, begun)]


@pytest.mark.parametrize(("days", "recurring"), [(30, ("month", 1)), (365, ("year", 1)), (90, ("day", 90))])
def test_a_pass_is_renewed_by_the_month_the_year_or_its_days(shop, days, recurring):
    begun = subscribed(shop, makes(shop, days=days).json)
    price = stripes(shop)["items"]["data"][0]["price"]
    assert (price["recurring"]["interval"], price["recurring"]["interval_count"]) == recurring
    assert (price["unit_amount"], begun["days"]) == (1_200, days)


def test_the_events_of_a_first_payment_may_come_in_any_order(shop, month):
    begun = asks_to(shop, month).json
    shop.pays(begun)
    shop.settles()
    events = waiting(shop, *FIRST)
    assert sorted(event.type for event in events) == sorted(FIRST)
    kept = shop.keeps()
    for order_of_arrival in list(permutations(events))[::4]:
        shop.puts_back(kept)
        for event in order_of_arrival:
            hearing.hear(event)
        told = [event.type for event in order_of_arrival]
        assert (seen(shop, begun)["status"], len(bought(shop))) == ("active", 1), told
        assert (shop.journals(), len(passes(shop)), reads(shop)) == (["J1", "J1s"], 1, 200), told
        shop.holds()


def test_everything_may_come_twice_at_once_and_shuffled(shop, month):
    begun = asks_to(shop, month).json
    shop.pays(begun)
    shop.settles()
    shop.fake.deliver(times=3, order="shuffled", seed=5)
    shop.world.pump(duplicate=True, shuffle=5)
    assert (seen(shop, begun)["status"], len(bought(shop)), shop.journals()) == ("active", 1, ["J1", "J1s"])
    shop.holds()


def test_a_page_that_nobody_pays_runs_out(shop, month):
    begun = asks_to(shop, month).json
    assert shop.pays(begun, card=BLOCKED) == 402
    shop.arrives()
    shop.later(minutes=46)
    shop.arrives()
    shop.signs_everybody_in()
    assert (seen(shop, begun)["status"], reads(shop)) == ("expired", 403)
    shop.holds()
    subscribed(shop, month)


def test_of_two_that_begin_at_once_the_first_stays_and_the_others_money_goes_back(shop, month):
    pages = [asks_to(shop, month).json for _ in range(2)]
    for page in pages:
        assert shop.pays(page) == 303
    shop.arrives()
    shop.arrives()
    assert sorted(seen(shop, page)["status"] for page in pages) == ["active", "ended"]
    assert sorted(order["status"] for order in bought(shop)) == ["paid", "returned"]
    assert sorted(each["status"] for each in shop.every("subscription")) == ["active", "canceled"]
    assert len(passes(shop)) == 1
    assert [refund["reason"] for refund in shop.every("refund")] == ["duplicate"]
    shop.holds()


# Renewing


def test_a_renewal_is_an_order_of_its_own_whose_pass_begins_where_the_last_one_ends(shop, month):
    begun = subscribed(shop, month)
    for _ in range(3):
        renews_soon(shop, begun)
        assert (seen(shop, begun)["status"], reads(shop)) == ("active", 200)
        shop.holds()
    told = periods(shop)
    assert len(told) == 4
    assert all(one[1] == following[0] for one, following in pairwise(told))
    assert [order["status"] for order in bought(shop)] == ["paid"] * 4
    assert len(letters(shop, "order")) == 4 and letters(shop, "ends soon") == []
    assert shop.sums()["commission usd"] == -4 * 120


def test_what_was_frozen_is_what_is_billed(shop, month, monkeypatch):
    begun = subscribed(shop, month)
    monkeypatch.setenv("COMMISSION_BASIS_POINTS", "5000")
    renews_soon(shop, begun)
    assert (len(bought(shop)), shop.sums()["commission usd"]) == (2, -240)
    shop.holds()


def test_a_pass_that_was_bought_meanwhile_is_not_lost(shop, month):
    begun = subscribed(shop, month)
    order = orders(shop, month).json
    shop.pays(order)
    shop.arrives()
    renews_soon(shop, begun)
    told = sorted(periods(shop))
    assert len(told) == 3 and all(one[1] == then[0] for one, then in pairwise(told))
    shop.holds()


# A card that is declined


def test_a_declined_card_is_told_once_and_reading_goes_on_for_the_grace(shop, month):
    begun = subscribed(shop, month)
    blocks(shop)
    renews_soon(shop, begun)
    told = seen(shop, begun)
    assert (told["status"], reads(shop), len(bought(shop))) == ("past_due", 200, 1)
    assert told["grace_until"] == clock.rfc3339(clock.parse(told["paid_until"]) + timedelta(days=7))
    assert passes(shop) == [], "a grace is no pass"
    [letter] = letters(shop, "declined")
    assert f"/i/{shop.every('invoice')[-1]['id']}" in letter["text"] and "US$12.00" in letter["text"]
    shop.holds()
    goes_by(shop, days=3, hours=1)
    assert (len(letters(shop, "declined")), reads(shop)) == (1, 200)
    goes_by(shop, days=4)
    assert (seen(shop, begun)["status"], reads(shop)) == ("past_due", 403)
    shop.holds()


def test_what_is_paid_in_the_grace_begins_where_the_last_one_ended(shop, month):
    begun = subscribed(shop, month)
    blocks(shop)
    renews_soon(shop, begun)
    blocks(shop, CARD)
    goes_by(shop, days=3, hours=1)
    told = periods(shop)
    assert (seen(shop, begun)["status"], len(told), reads(shop)) == ("active", 2, 200)
    assert told[0][1] == told[1][0]
    shop.holds()


def test_what_is_paid_after_the_grace_begins_when_it_is_paid(shop, month):
    begun = subscribed(shop, month)
    blocks(shop)
    renews_soon(shop, begun)
    goes_by(shop, days=3, hours=1)
    blocks(shop, CARD)
    goes_by(shop, days=5, hours=1)
    first, second = periods(shop)
    late = clock.parse(second[0]) - clock.parse(first[1])
    assert (seen(shop, begun)["status"], reads(shop)) == ("active", 200)
    assert timedelta(days=8) < late < timedelta(days=9)
    shop.holds()


def test_after_the_last_attempt_it_ends_and_its_reader_is_told(shop, month):
    begun = subscribed(shop, month)
    shop.fake.merchant.retries = (3_600,)
    blocks(shop)
    renews_soon(shop, begun)
    assert reads(shop) == 200
    goes_by(shop, hours=2)
    told = seen(shop, begun)
    assert (told["status"], told["grace_until"], reads(shop)) == ("ended", None, 403)
    [letter] = letters(shop, "ended")
    assert told["paid_until"][:10] in letter["text"]
    shop.holds()
    assert subscribed(shop, month)["status"] == "active"


def test_letters_are_in_the_readers_language(shop, month):
    shop.world.patch("/v1/me", {"language": "zh"}, as_=shop.reader)
    begun = subscribed(shop, month)
    shop.fake.merchant.retries = ()
    blocks(shop)
    renews_soon(shop, begun)
    subjects = [mail["subject"] for mail in shop.world.mails(shop.reader.email)]
    assert [word for word in ("续订扣款失败", "订阅已结束") if any(word in each for each in subjects)] == ["订阅已结束"]


# Ending


def test_one_that_is_canceled_is_read_until_what_is_paid_ends_and_not_charged_again(shop, month):
    begun = subscribed(shop, month)
    first = cancels(shop, begun)
    assert (first.status, first.json["status"], first.json["grace_until"]) == (200, "ending", None)
    assert cancels(shop, begun).json["status"] == "ending"
    shop.world.pump()
    shop.arrives()
    assert (stripes(shop)["cancel_at_period_end"], reads(shop)) == (True, 200)
    shop.holds()
    renews_soon(shop, begun)
    assert (seen(shop, begun)["status"], reads(shop), len(bought(shop))) == ("ended", 403, 1)
    assert len(letters(shop, "ended")) == 1
    shop.holds()


def test_one_that_is_not_paid_is_canceled_with_its_page(shop, month):
    begun = asks_to(shop, month).json
    assert cancels(shop, begun).json["status"] == "expired"
    assert shop.every("checkout.session")[0]["status"] == "expired"
    assert shop.pays(begun) == 410
    shop.arrives()
    assert bought(shop) == []
    shop.holds()


def test_one_that_was_paid_before_it_was_canceled_is_paid_and_ends_with_its_period(shop, month):
    begun = asks_to(shop, month).json
    shop.pays(begun)
    assert cancels(shop, begun).status == 200
    shop.world.pump()
    shop.arrives()
    assert (seen(shop, begun)["status"], reads(shop)) == ("ending", 200)
    assert stripes(shop)["cancel_at_period_end"] is True
    shop.holds()


def test_a_declined_one_that_is_canceled_ends_at_once(shop, month):
    begun = subscribed(shop, month)
    blocks(shop)
    renews_soon(shop, begun)
    assert cancels(shop, begun).json["status"] == "ending"
    assert reads(shop) == 403
    shop.world.pump()
    shop.arrives()
    assert (seen(shop, begun)["status"], stripes(shop)["status"]) == ("ended", "canceled")
    blocks(shop, CARD)
    goes_by(shop, days=20)
    assert len(bought(shop)) == 1
    shop.holds()


def test_the_last_invoice_sent_back_whole_ends_it_and_its_days(shop, month):
    begun = subscribed(shop, month)
    renews_soon(shop, begun)
    _first, last = bought(shop)
    assert asks(shop, last).json["status"] == "approved"
    shop.world.pump()
    shop.arrives()
    assert (seen(shop, begun)["status"], stripes(shop)["status"], reads(shop)) == ("ended", "canceled", 403)
    assert [order["status"] for order in bought(shop)] == ["paid", "refunded"]
    shop.holds()


def test_an_earlier_invoice_or_a_part_sent_back_leaves_it_alone(shop, month):
    begun = subscribed(shop, month)
    first = bought(shop)[0]
    renews_soon(shop, begun)
    request = asks(shop, first).json
    path = f"/v1/orders/{first['order_id']}/refund-requests/{request['request_id']}/decisions"
    assert shop.world.post(path, {"approve": True}, as_=shop.admin).status == 200
    part = [{"work_id": month["pass_id"], "amount": 400}]
    sends_back(shop, bought(shop)[1], works=part, key="refund-key-2")
    shop.world.pump()
    shop.arrives()
    assert [order["status"] for order in bought(shop)] == ["refunded", "partially_refunded"]
    assert seen(shop, begun)["grace_until"] is not None
    assert (seen(shop, begun)["status"], stripes(shop)["status"], reads(shop)) == ("active", "active", 200)
    shop.holds()
