"""Orders with coupons: limits hold however many come at once, a use is the order's while it can be paid, and what was
taken off is nobody's share."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core import clock
from chalicelib.coupons.models import CouponRow, UsesRow, buyer_row
from chalicelib.orders import terms
from chalicelib.orders.models import OrderRow
from infra.local.fake_stripe.payments import pay
from tests.catalog.interleaving import meanwhile
from tests.catalog.test_bundles import made as a_bundle
from tests.coupons.test_issuing import QUARTER, made, withdraws
from tests.crashes import Cut, cut
from tests.orders.test_checkout import items_of
from tests.orders.test_invariants import found
from tests.orders.test_refunds import asks, sends_back
from tests.till import Shop

PLACING = 8
"""Calls of placing an order with a coupon: two more than of placing one without."""


def used(code, buyer=None):
    return UsesRow.get(code, buyer_row(buyer.account_id)).used if buyer else CouponRow.get(code, "coupon").used


def orders(shop: Shop, code, *names, buyer=None, **how):
    works = [shop.works[name] for name in names or ("tides",)]
    return shop.orders(buyer or shop.reader, *works, coupon=code, **how)


def quotes(shop: Shop, code, *names, buyer=None, **how):
    body = {"work_ids": [shop.works[name] for name in names or ("tides",)], "currency": "usd", "coupon": code, **how}
    return shop.world.post("/v1/quotes", body, as_=buyer or shop.reader)


# What is taken off


def test_a_percentage_comes_off_before_anything_is_shared(shop):
    code = made(shop, basis_points=3_333)
    order = orders(shop, code, "tides", "winds").json
    prices = {work["work_id"]: (work["price"], work["discount"]) for work in order["works"]}
    assert prices == {shop.works["tides"]: (600, 300), shop.works["winds"]: (668, 333)}  # 633 of 1,901
    assert (order["total"], order["discount"], order["coupon"]) == (1_268, 633, code)
    assert [line["amount_total"] for line in shop.fake.state.lines[shop.session_of(order)["id"]]] == [600, 668]
    shop.pays(order)
    shop.arrives()
    sums = shop.sums()
    author, coauthor = (f"author_held#{each.account_id} usd" for each in (shop.author, shop.coauthor))
    assert (sums["commission usd"], sums[author], sums[coauthor]) == (-127, -941, -200)
    sale = shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=shop.coauthor).json["lines"]
    assert [(line["gross"], line["discount"], line["share"]) for line in sale] == [(668, 333, 200)]
    shop.holds()


@pytest.mark.parametrize(("currency", "amount", "left"), [("usd", 500, 400), ("jpy", 899, 50), ("cny", 6_499, 400)])
def test_an_amount_comes_off_in_its_currency_and_leaves_what_can_be_paid(shop, currency, amount, left):
    code = made(shop, amount=amount, currency=currency)
    order = shop.bought(shop.reader, shop.works["tides"], currency=currency, coupon=code)
    assert (order["status"], order["total"], order["payments"][0]["amount"]) == ("paid", left, left)
    shop.holds()


def test_all_of_the_price_needs_no_payment(shop):
    code = made(shop, basis_points=10_000)
    order = orders(shop, code).json
    assert (order["status"], order["total"], order["discount"], order["pay_at"]) == ("paid", 0, 900, None)
    assert (shop.library(shop.reader), shop.every("checkout.session"), shop.journals()) == (
        [shop.works["tides"]],
        [],
        [],
    )
    assert (used(code), used(code, shop.reader)) == (1, 1)
    assert asks(shop, order).code == "nothing_to_refund"
    shop.holds()


def test_a_coupon_for_one_work_leaves_the_others_and_a_bundle_is_named_as_such(shop):
    bundle = a_bundle(shop, "tides", "winds")["bundle_id"]
    work, together = made(shop, **QUARTER, work_ids=[shop.works["tides"]]), made(shop, **QUARTER, bundle_ids=[bundle])
    assert [each["discount"] for each in orders(shop, work, "winds", "tides").json["works"]] == [0, 225]
    order = shop.orders(shop.reader, bundle_ids=[bundle], coupon=together).json
    assert (order["total"], order["discount"], order["bundles"][0]["price"]) == (1_125, 375, 1_125)
    for reply in (orders(shop, together), orders(shop, work, "winds"), orders(shop, work, "gift")):
        assert (reply.status, reply.code) == (422, "coupon_not_valid")
    assert shop.orders(shop.reader, bundle_ids=[bundle], coupon=work).code == "coupon_not_valid"
    shop.holds()


def test_an_authors_coupon_takes_nothing_off_the_works_of_others(shop):
    for code in (made(shop, as_=shop.coauthor), made(shop, as_=shop.coauthor, amount=100, currency="usd")):
        assert orders(shop, code, "tides", "winds").code == "coupon_not_valid"
    assert orders(shop, made(shop, platform=True), "tides", "winds").json["discount"] == 475


def test_a_coupon_of_the_platforms_is_nothing_to_the_admin_who_made_it(shop):
    code = made(shop, platform=True, basis_points=4_999)
    for reply in (orders(shop, code, buyer=shop.admin), orders(shop, code, buyer=shop.admin, gift=True)):
        assert (reply.status, reply.code) == (422, "coupon_not_valid")
    assert quotes(shop, code, buyer=shop.admin).code == "coupon_not_valid"
    assert orders(shop, code).json["discount"] == 449


def test_a_quote_says_what_an_order_would_cost_and_orders_nothing(shop):
    code = made(shop, **QUARTER, most_by_buyer=1)
    quote = quotes(shop, code, "tides", "winds").json
    assert (quote["total"], quote["discount"], quote["written_total"]) == (1_426, 475, "US$14.26")
    assert [work["price"] for work in quote["works"]] == [675, 751]
    assert (used(code), shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]) == (0, [])
    assert quotes(shop, None).json["discount"] == 0
    orders(shop, code)
    assert quotes(shop, code).code == "coupon_not_valid"
    assert quotes(shop, code, buyer=shop.other).status == 200
    assert quotes(shop, code, buyer=shop.author).code == "own_work"


def test_a_refund_of_a_cheaper_order_is_of_what_was_paid_and_leaves_nothing_over(shop):
    code = made(shop, basis_points=3_333)
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"], coupon=code)
    shop.settles()
    shop.arrives()
    for number, amount in enumerate((1, 333, 100)):
        part = {"work_id": shop.works["winds"], "amount": amount}
        sends_back(shop, order, key=f"refund-key-{number}", works=[part])
        shop.arrives()
        shop.holds()
    assert asks(shop, order, key="refund-key-9").json["amount"] == 1_268 - 434
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"], shop.library(shop.reader)) == ("refunded", 1_268, [])
    assert not [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))]
    assert (used(code), used(code, shop.reader)) == (1, 1)
    shop.holds()


# Limits


def test_of_fifty_at_once_as_many_have_it_as_may(shop):
    code = made(shop, **QUARTER, most_uses=7)
    buyers = [shop.reader, shop.other, shop.coauthor, shop.reviewer, shop.admin]
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(lambda n: orders(shop, code, buyer=buyers[n % 5], key=f"order-key-{n}"), range(50))
        replies = [(reply.status, reply.code) for reply in asked]
    assert sorted(replies, key=str) == [(201, None)] * 7 + [(422, "coupon_not_valid")] * 43
    held = [row for row in OrderRow.scan(OrderRow.row == "order") if row.coupon_held]
    assert (len(held), {row.coupon for row in held}, used(code)) == (7, {code}, 7)
    assert sum(used(code, buyer) for buyer in buyers if buyer.account_id in {row.buyer_id for row in held}) == 7
    shop.holds()


def test_a_buyer_with_two_tabs_has_it_as_often_as_a_buyer_may(shop):
    code = made(shop, **QUARTER, most_by_buyer=1)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda n: orders(shop, code, key=f"order-key-{n}").status, range(2)))
    assert sorted(replies) == [201, 422]
    assert orders(shop, code, buyer=shop.other).status == 201
    assert (used(code), used(code, shop.reader)) == (2, 1)
    shop.holds()


def test_whoever_guesses_is_slowed_down(shop):
    replies = [quotes(shop, f"guess-{number}") for number in range(31)]
    assert [reply.code for reply in replies] == ["coupon_not_valid"] * 30 + ["too_many"]
    assert orders(shop, "guess-31").code == "too_many"
    assert quotes(shop, None).status == 200
    assert quotes(shop, made(shop), buyer=shop.other).status == 200


def test_nobody_is_told_why_a_coupon_does_not_fit(shop):
    begins = {"begins_at": "2099-01-01T00:00:00Z"}
    codes = [made(shop, **QUARTER, **begins), made(shop, amount=5, currency="eur"), "NO-SUCH-CODE"]
    told = [orders(shop, code).json for code in codes]
    assert len({(each["code"], each["detail"], str(each["errors"])) for each in told}) == 1
    assert told[0]["errors"][0]["field"] == "coupon"
    chinese = shop.world.post("/v1/quotes", {"work_ids": [shop.works["tides"]], "currency": "usd", "coupon": "guess"},
                              as_=shop.reader, headers={"accept-language": "zh"})  # fmt: skip
    assert "优惠码" in chinese.json["detail"]


def test_it_works_from_when_it_begins_until_before_it_ends(shop):
    begins, ends = (clock.rfc3339(clock.of(int(clock.timestamp()) + seconds)) for seconds in (60, 120))
    code = made(shop, **QUARTER, begins_at=begins, ends_at=ends)
    told = []
    for _ in range(3):
        told.append(quotes(shop, code).status)
        shop.world.clock.advance(seconds=60)
    assert told == [422, 200, 422]


# A use is the order's while the order can be paid


def expires(shop, order):
    shop.later(minutes=50)
    shop.arrives()
    shop.signs_everybody_in()


def is_canceled(shop, order):
    assert shop.world.post(f"/v1/orders/{order['order_id']}/cancellation", as_=shop.reader).status == 200


def fails(shop, order):
    shop.pays(order, "alipay", "later_fail")
    shop.later(minutes=3)
    shop.arrives()


def is_paid_wrongly(shop, order):
    shop.takes(order, amount=700)
    shop.arrives()


@pytest.mark.parametrize("ends", [expires, is_canceled, fails, is_paid_wrongly])
def test_an_order_that_ends_unpaid_gives_its_use_back_once(shop, ends):
    code = made(shop, **QUARTER, most_uses=1)
    order = orders(shop, code).json
    assert orders(shop, code, buyer=shop.other).code == "coupon_not_valid"
    ends(shop, order)
    assert (used(code), used(code, shop.reader)) == (0, 0), shop.seen(shop.reader, order)["status"]
    shop.later(minutes=60)
    shop.arrives()
    shop.signs_everybody_in()
    assert orders(shop, code, buyer=shop.other).status == 201
    assert (used(code), used(code, shop.reader)) == (1, 0)
    shop.holds()


def test_an_order_that_nobody_can_pay_gives_it_back(shop):
    code = made(shop, **QUARTER, most_uses=1)
    shop.fake.merchant.methods = ()
    assert orders(shop, code).code == "checkout_declined"
    assert used(code) == 0
    with pytest.raises(Cut), cut(PLACING - 1):
        orders(shop, code, key="the-same-key")
    assert used(code) == 1
    shop.later(minutes=50)
    assert used(code) == 0
    shop.holds()


def test_who_pays_late_has_the_price_and_a_use_again_whatever_the_limit(shop):
    code = made(shop, **QUARTER, most_uses=1, most_by_buyer=1)
    late = orders(shop, code).json
    expires(shop, late)
    assert shop.bought(shop.other, shop.works["tides"], coupon=code)["status"] == "paid"
    pay(shop.fake, shop.opens_another_page(late)["id"])
    shop.arrives()
    assert (shop.seen(shop.reader, late)["status"], used(code), used(code, shop.reader)) == ("paid", 2, 1)
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


def test_an_order_that_is_paid_on_another_page_keeps_its_use_when_its_own_runs_out(shop):
    code = made(shop, **QUARTER, most_uses=1)
    order = orders(shop, code).json
    pay(shop.fake, shop.opens_another_page(order)["id"])
    shop.arrives()
    expires(shop, order)
    assert (shop.seen(shop.reader, order)["status"], used(code), used(code, shop.reader)) == ("paid", 1, 1)
    shop.holds()


def test_asked_again_with_the_same_key_it_is_one_use(shop):
    code = made(shop, **QUARTER, most_uses=1)
    first, again = (orders(shop, code, key="the-same-key") for _ in range(2))
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert used(code) == 1
    other = made(shop)
    with cut() as wire:
        orders(shop, other, buyer=shop.other)
    assert len(wire.calls) == PLACING


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, PLACING + 1))
def test_an_order_that_broke_off_is_had_once_with_one_use(shop, at, done):
    code = made(shop, **QUARTER)
    with pytest.raises(Cut), cut(at, done=done):
        orders(shop, code, key="the-same-key")
    shop.holds()
    shop.world.clock.advance(seconds=61)
    order = orders(shop, code, key="the-same-key").json
    assert (order["total"], used(code), len(shop.every("checkout.session"))) == (675, 1, 1)
    shop.holds()


def test_the_largest_cart_with_a_coupon_is_paid_late_in_one_transaction(shop, monkeypatch):
    works = [shop.works["tides"], shop.works["winds"]]
    most = terms.FIXED_ITEMS + 2 * 2 + terms.AUTHORS_ITEMS * 2
    monkeypatch.setattr(terms, "TRANSACTION_ITEMS", most)
    assert shop.orders(shop.reader, *works, shop.works["gift"]).code == "cart_too_large"
    shop.fake.merchant.settle_after = 0
    order = shop.ordered(shop.reader, *works, coupon=made(shop))
    expires(shop, order)
    pay(shop.fake, shop.opens_another_page(order)["id"])
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.arrives()
    assert max(items_of(exchanges)) <= most
    assert (shop.seen(shop.reader, order)["status"], len(shop.library(shop.reader))) == ("paid", 2)
    shop.holds()


# The check can fail


def test_uses_that_are_not_counted_are_named(shop):
    code = made(shop)
    order = orders(shop, code).json
    CouponRow(code).update(actions=[CouponRow.used.set(2)])
    assert found() == {("coupons", code)}
    CouponRow(code).update(actions=[CouponRow.used.set(1)])
    UsesRow(code, buyer_row(shop.reader.account_id)).delete()
    assert found() == {("coupons", f"{code}/{buyer_row(shop.reader.account_id)}")}
    OrderRow.get(order["order_id"], "order").update(actions=[OrderRow.coupon_held.remove()])
    assert ("coupons", order["order_id"]) in found()


def test_a_coupon_that_is_taken_back_in_the_middle_is_not_used(shop):
    code = made(shop)
    with meanwhile(lambda: withdraws(shop, code, shop.author)):
        assert orders(shop, code).code == "coupon_not_valid"
    assert used(code) == 0
    shop.holds()
