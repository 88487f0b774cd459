"""A bundle is bought as one thing and held as many: each work is a line, at its part of the price to the unit."""

import random
from itertools import permutations

import pytest

from chalicelib.catalog.offers import Bundle
from chalicelib.library.models import HoldingRow
from chalicelib.orders import bundling
from tests.catalog.test_bundles import field_of, made
from tests.crashes import Cut, cut
from tests.orders.test_fulfilment import HEARD, ids_of
from tests.orders.test_refunds import asks, sends_back
from tests.till import Shop

PLACING = 7
"""Calls of placing an order of a bundle: one more than of placing one of works."""


def orders(shop, *bundles, work_ids=(), buyer=None, **how):
    named = [bundle["bundle_id"] for bundle in bundles]
    return shop.orders(buyer or shop.reader, *work_ids, bundle_ids=named, **how)


def bought(shop, *bundles, **how):
    order = orders(shop, *bundles, **how).json
    assert shop.pays(order) == 303
    shop.arrives()
    return shop.seen(shop.reader, order)


def prices(order):
    return {work["work_id"]: work["price"] for work in order["works"]}


@pytest.fixture
def bundle(shop: Shop):
    return made(shop, "tides", "winds")


def test_a_bundle_becomes_a_line_a_work_by_what_each_costs_alone(shop, bundle):
    order = bought(shop, bundle)
    tides, winds = shop.works["tides"], shop.works["winds"]
    assert prices(order) == {tides: 710, winds: 790}  # 1,500 × 900 / 1,901 = 710.15…, and 789.84…
    assert {work["bundle_id"] for work in order["works"]} == {bundle["bundle_id"]}
    told = {"bundle_id": bundle["bundle_id"], "title": "Sea and sky", "price": 1_500, "left_out": []}
    assert (order["total"], order["bundles"], order["status"]) == (1_500, [told], "paid")
    assert set(shop.library(shop.reader)) == {tides, winds}
    shop.holds()


def test_each_author_gets_their_share_of_each_works_part(shop, bundle):
    bought(shop, bundle)
    sums = shop.sums()
    author, coauthor = (f"author_held#{each.account_id} usd" for each in (shop.author, shop.coauthor))
    assert (sums[author], sums[coauthor], sums["commission usd"]) == (-639 - 474, -237, -71 - 79)
    shop.holds()


def test_the_page_shows_the_bundle_as_one_item_with_its_price(shop, bundle):
    order = orders(shop, bundle, work_ids=[shop.works["gift"]]).json
    lines = shop.fake.state.lines[shop.session_of(order)["id"]]
    assert [(line["description"], line["amount_total"]) for line in lines] == [("Sea and sky", 1_500)]


def test_a_work_comes_once_in_a_cart(shop, bundle):
    other = made(shop, "winds", "gift", prices={"usd": 700})
    for reply, field in (
        (orders(shop, bundle, work_ids=[shop.works["tides"]]), "bundle_ids"),
        (orders(shop, bundle, other), "bundle_ids"),
        (orders(shop, bundle, bundle), "bundle_ids"),
        (orders(shop), "work_ids"),
    ):
        assert (reply.status, reply.code, field_of(reply)) == (422, "field_invalid", field), reply.body
    assert orders(shop, bundle, work_ids=[shop.works["gift"]]).status == 201


def test_what_the_buyer_has_is_left_out_and_not_paid(shop, bundle):
    shop.bought(shop.reader, shop.works["tides"])
    order = bought(shop, bundle)
    assert prices(order) == {shop.works["winds"]: 790}
    assert [(each["price"], each["left_out"]) for each in order["bundles"]] == [(790, [shop.works["tides"]])]
    assert orders(shop, bundle).code == "already_owned"
    assert set(shop.library(shop.reader)) == {shop.works["tides"], shop.works["winds"]}
    shop.holds()


def test_a_co_author_buys_the_rest_and_the_author_nothing(shop, bundle):
    order = orders(shop, bundle, buyer=shop.coauthor).json
    assert prices(order) == {shop.works["tides"]: 710}
    HoldingRow(shop.coauthor.account_id, shop.works["winds"]).delete()  # as before the library has heard of the work
    assert prices(orders(shop, bundle, buyer=shop.coauthor).json) == {shop.works["tides"]: 710}
    assert orders(shop, bundle, buyer=shop.author).code == "own_work"


def test_what_is_left_is_no_less_than_can_be_paid(shop):
    dear = shop.publishes(prices={"usd": 90_000}, title="Dear")
    small = made(shop, "tides", dear, prices={"usd": 1_500})
    shop.bought(shop.reader, dear)
    reply = orders(shop, small)
    assert (reply.status, reply.code) == (422, "total_too_low"), reply.body
    assert orders(shop, small, work_ids=[shop.works["winds"]]).json["total"] == 1_001 + 15
    shop.holds()


def test_a_bundle_that_is_not_on_sale_so_is_refused(shop, bundle):
    assert orders(shop, bundle, currency="cny").code == "bundle_not_for_sale"
    assert orders(shop, {"bundle_id": shop.works["tides"]}).code == "bundle_not_for_sale"
    shop.world.post(f"/v1/bundles/{bundle['bundle_id']}/withdrawals", as_=shop.author)
    assert orders(shop, bundle).code == "bundle_not_for_sale"
    second = made(shop, "tides", "winds")
    shop.withdraws(shop.works["winds"])
    reply = orders(shop, second)
    assert (reply.code, field_of(reply)) == ("work_not_for_sale", "bundle_ids")


def test_an_order_keeps_its_price_whatever_becomes_of_the_bundle(shop, bundle):
    order = orders(shop, bundle).json
    shop.world.patch(f"/v1/bundles/{bundle['bundle_id']}", {"prices": {"usd": 5_000}}, as_=shop.author)
    shop.world.post(f"/v1/bundles/{bundle['bundle_id']}/withdrawals", as_=shop.author)
    shop.pays(order)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], len(shop.library(shop.reader))) == ("paid", 2)
    shop.holds()


def test_a_cart_holds_no_more_works_by_bundles_than_by_name(shop):
    many = [made(shop, *shop.copies(shop.works["tides"], 10)) for _ in range(3)]
    assert orders(shop, *many[:2]).status == 201
    reply = orders(shop, *many)
    assert (reply.status, reply.code) == (422, "cart_too_large")


def test_a_free_bundle_is_mine_at_once(shop):
    gifts = [shop.works["gift"], *shop.copies(shop.works["gift"], 2)]
    order = orders(shop, made(shop, *gifts, prices={"usd": 0})).json
    assert (order["status"], order["total"], set(shop.library(shop.reader))) == ("paid", 0, set(gifts))
    shop.holds()


def test_free_works_in_a_bundle_that_costs_have_equal_parts(shop):
    gifts = [shop.works["gift"], *shop.copies(shop.works["gift"], 2)]
    order = bought(shop, made(shop, *gifts, prices={"usd": 500}))
    assert sorted(prices(order).values()) == [166, 167, 167]
    shop.holds()


def test_a_bundle_goes_back_work_by_work_and_leaves_nothing_over(shop, bundle):
    order = bought(shop, bundle)
    shop.settles()
    shop.arrives()
    part = sends_back(shop, order, works=[{"work_id": shop.works["winds"]}])
    assert part.json["reasons"] == ["part_of_bundle"]
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"]) == ("partially_refunded", 790)
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()
    asks(shop, order, key="refund-key-2")
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("refunded", [])
    assert not [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))]
    shop.holds()


def test_two_tabs_pay_for_two_bundles_that_share_a_work_and_the_second_goes_back(shop, bundle):
    other = made(shop, "winds", "gift", prices={"usd": 700})
    first, second = orders(shop, bundle).json, orders(shop, other).json
    for order in (first, second):
        shop.pays(order)
    shop.arrives()
    shop.later(minutes=6)
    shop.arrives()
    shop.signs_everybody_in()
    assert sorted(shop.seen(shop.reader, order)["status"] for order in (first, second)) == ["paid", "returned"]
    shop.holds()


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(3))))
def test_events_in_any_order_come_to_the_same(shop, bundle, order_of_arrival):
    order = orders(shop, bundle).json
    shop.pays(order)
    shop.settles()
    for event in ids_of(shop, *(HEARD[place] for place in order_of_arrival)):
        shop.arrives(events=[event])
        shop.holds()
    assert (shop.seen(shop.reader, order)["status"], shop.journals()) == ("paid", ["J1", "J1s"])
    shop.holds()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, PLACING + 1))
def test_an_order_of_a_bundle_that_broke_off_is_had_once(shop, bundle, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        orders(shop, bundle, key="the-same-key")
    shop.holds()
    shop.world.clock.advance(seconds=61)
    order = orders(shop, bundle, key="the-same-key").json
    assert len(shop.every("checkout.session")) == 1
    shop.pays(order)
    shop.arrives()
    assert len(shop.library(shop.reader)) == 2
    shop.holds()


def test_placing_an_order_of_a_bundle_makes_one_call_more(shop, bundle):
    shop.ordered(shop.other, shop.works["gift"])
    with cut() as wire:
        orders(shop, bundle)
    assert len(wire.calls) == PLACING
    assert [call for call in wire.calls if not call.startswith("post")].count("BatchGetItem") == 3


def test_the_parts_of_any_price_sum_to_it_and_none_is_less_than_nothing():
    chance = random.Random(24)
    for _ in range(5_000):
        listed = {
            f"work{n:02d}": chance.choice([0, 50, chance.randint(50, 10**8 - 1)]) for n in range(chance.randint(2, 20))
        }
        price = chance.choice([0, 50, chance.randint(50, 10**8 - 1)])
        found = bundling.parts(Bundle("b", "o", "t", list(listed), {"usd": price}), listed, "usd")
        assert (sum(found.values()), found.keys()) == (price, listed.keys())
        whole = sum(listed.values())
        for name, part in found.items():
            exact = price * listed[name] / whole if whole else price / len(listed)
            assert part >= 0 and abs(part - exact) < 1 + exact / 2**50
