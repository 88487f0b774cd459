"""Placing an order: the server's terms, one order for one key, whatever breaks on the way."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from chalicelib.audit import trail
from chalicelib.orders import collection, terms
from chalicelib.orders.models import OrderRow
from chalicelib.payments import gateway
from tests.crashes import Cut, cut


def orders_of(shop, reader=None):
    return shop.world.get("/v1/me/orders", as_=reader or shop.reader).json["items"]


def test_an_order_says_what_was_ordered_and_where_to_pay_it(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    assert (order["status"], order["currency"], order["total"]) == ("awaiting", "usd", 1_901)
    assert [(work["title"], work["price"], work["version"]) for work in order["works"]] == [
        ("On tides", 900, 1),
        ("On winds", 1_001, 1),
    ]
    session = shop.session_of(order)
    assert order["pay_at"] == session["url"]
    assert order["methods"] == session["payment_method_types"] == ["card", "alipay", "wechat_pay"]
    assert (session["amount_total"], session["metadata"]) == (1_901, {"order_id": order["order_id"]})
    assert shop.fake.state.intent_data[session["id"]]["transfer_group"] == order["order_id"]
    assert 30 * 60 <= session["expires_at"] - session["created"] <= 60 * 60
    shop.holds()


def test_who_pays_reads_the_rules_of_refunds_first_in_both_languages(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    page = requests.get(order["pay_at"], timeout=10).text
    assert "rules 2026-11" in page and "within 14 days of paying" in page
    assert "退款规则（2026-11）：付款后 14 天内且使用不超过 30%，自动退款" in page


def test_an_order_makes_three_calls_beside_the_session_check_and_the_limit(shop):
    shop.ordered(shop.other, shop.works["tides"])
    with shop.world.platform.emulator.meter.counting() as calls:
        shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    session_check, goods = 1, 1
    assert calls.of("dynamodb") == {"BatchGetItem": session_check + goods, "UpdateItem": 1, "TransactWriteItems": 2}


def test_the_terms_are_frozen_in_each_line(shop, monkeypatch):
    monkeypatch.setenv("COMMISSION_BASIS_POINTS", "1500")
    order = shop.ordered(shop.reader, shop.works["winds"])
    shop.publishes_again(shop.works["winds"], prices={"usd": 5_000}, shares={shop.author.account_id: 10_000})
    [line] = collection.read(order["order_id"]).lines
    assert (line.price, line.currency, line.work_version, line.commission_basis_points) == (1_001, "usd", 1, 1_500)
    assert line.shares == {shop.author.account_id: 6_667, shop.coauthor.account_id: 3_333}
    assert line.commission + sum(line.author_amounts.values()) == line.price
    assert (line.tax["amount"], line.tax["source"]) == (0, "none")
    assert order["refund_policy"]
    shop.pays(order)
    shop.arrives()
    assert shop.sums()["commission usd"] == -150
    shop.holds()


def test_an_author_may_have_agreed_on_another_commission(shop, monkeypatch):
    monkeypatch.setenv("COMMISSION_OVERRIDES", json.dumps({shop.author.account_id: 500}))
    shop.bought(shop.reader, shop.works["tides"])
    assert shop.sums()["commission usd"] == -45


def test_the_method_that_the_buyer_likes_comes_first(shop):
    assert shop.ordered(shop.reader, shop.works["tides"], method="wechat_pay")["methods"][0] == "wechat_pay"


def test_a_method_that_stripe_drops_silently_is_not_promised(shop):
    shop.fake.merchant.methods = ("card",)
    assert shop.ordered(shop.reader, shop.works["tides"])["methods"] == ["card"]


def refusals(shop):
    reader, works = shop.reader, shop.works
    return {
        "own_work": shop.orders(shop.coauthor, works["winds"]),
        "no_price_in_currency": shop.orders(reader, works["winds"], currency="jpy"),
        "work_not_for_sale": shop.orders(reader, "0" * 26),
        "field_invalid": shop.orders(reader, works["tides"], works["tides"]),
    }


def test_what_cannot_be_sold_is_refused_with_a_reason_in_both_languages(shop):
    for code, reply in refusals(shop).items():
        assert (reply.status in (409, 422), reply.code) == (True, code)
    shop.world.headers["accept-language"] = "zh"
    for code, reply in refusals(shop).items():
        assert reply.code == code
        assert any("一" <= char <= "鿿" for char in reply.json["detail"])
    assert shop.every("checkout.session") == []


def test_what_one_has_is_not_sold_again(shop):
    shop.bought(shop.reader, shop.works["tides"])
    reply = shop.orders(shop.reader, shop.works["tides"])
    assert (reply.status, reply.code, reply.json["errors"][0]["field"]) == (409, "already_owned", "work_ids")
    assert shop.orders(shop.other, shop.works["tides"]).status == 201


def test_a_draft_and_a_withdrawn_work_are_not_for_sale(shop):
    from tests.builders import a_draft

    assert shop.orders(shop.reader, a_draft(shop.world, shop.author)).code == "work_not_for_sale"
    shop.withdraws(shop.works["tides"])
    assert shop.orders(shop.reader, shop.works["tides"]).code == "work_not_for_sale"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "currency"),
        ({"currency": "usd"}, "work_ids"),
        ({"bundle_ids": ["x"], "currency": "usd"}, "bundle_ids"),
        ({"work_ids": [], "currency": "usd"}, "work_ids"),
        ({"work_ids": ["x"], "currency": "usd"}, "work_ids"),
        ({"work_ids": ["0" * 26] * 21, "currency": "usd"}, "work_ids"),
        ({"work_ids": ["0" * 26], "currency": "btc"}, "currency"),
        ({"work_ids": ["0" * 26], "currency": "usd", "method": "cash"}, "method"),
        ({"work_ids": ["0" * 26], "currency": "usd", "price": 1}, "price"),
        ({"work_ids": ["0" * 26], "currency": "usd", "total": 1}, "total"),
        ({"work_ids": "0" * 26, "currency": "usd"}, "work_ids"),
    ],
)
def test_a_hostile_body_is_refused_by_the_field_at_fault(shop, body, field):
    reply = shop.world.post("/v1/orders", body, as_=shop.reader, headers={"idempotency-key": "hostile-body"})
    assert (reply.status, reply.code) == (422, "field_invalid")
    assert reply.json["errors"][0]["field"].startswith(field)


def test_nobody_orders_without_a_session_or_a_key(shop):
    body = {"work_ids": [shop.works["tides"]], "currency": "usd"}
    assert shop.world.post("/v1/orders", body).status == 401
    assert shop.world.post("/v1/orders", body, as_=shop.reader).code == "idempotency_key_missing"


def test_a_suspended_reader_orders_nothing(shop):
    path = f"/v1/accounts/{shop.reader.account_id}/suspension"
    assert shop.world.put(path, {"reason": "fraud"}, as_=shop.admin).status == 200
    assert shop.orders(shop.reader, shop.works["tides"]).status in (401, 403)


def test_the_total_has_a_limit(shop):
    dear = shop.copies(shop.publishes(prices={"usd": 60_000_000}), 2)
    assert shop.orders(shop.reader, *dear).code == "total_too_high"
    assert shop.orders(shop.reader, dear[0]).status == 201


# One order for one key


def test_the_same_key_and_body_give_the_same_order(shop):
    first, again = (shop.orders(shop.reader, shop.works["tides"], key="the-same-key") for _ in range(2))
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"] == f"/v1/me/orders/{first.json['order_id']}"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(orders_of(shop)) == len(shop.every("checkout.session")) == 1


def test_the_answer_is_the_same_also_when_the_work_is_bought_by_now(shop):
    first = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    shop.pays(first.json)
    shop.arrives()
    again = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    assert (again.status, again.json) == (201, first.json)


def test_the_same_key_with_another_body_is_refused(shop):
    shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    reply = shop.orders(shop.reader, shop.works["winds"], key="the-same-key")
    assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    bad = shop.orders(shop.reader, "0" * 26, key="the-same-key")
    assert bad.code == "idempotency_key_reused"


def test_two_readers_may_use_the_same_key(shop):
    first = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    second = shop.orders(shop.other, shop.works["tides"], key="the-same-key")
    assert first.json["order_id"] != second.json["order_id"]


def test_a_refused_request_leaves_its_key_free(shop):
    assert shop.orders(shop.reader, shop.works["winds"], currency="jpy", key="the-same-key").status == 422
    assert shop.orders(shop.reader, shop.works["winds"], key="the-same-key").status == 201


def test_parallel_requests_with_one_key_make_one_order(shop):
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: shop.orders(shop.reader, shop.works["tides"], key="the-same-key"), range(6)))
    assert {reply.status for reply in replies} <= {201, 409}
    assert 201 in {reply.status for reply in replies}
    assert {reply.code for reply in replies if reply.status == 409} <= {"still_running"}
    assert len({reply.json["order_id"] for reply in replies if reply.status == 201}) == 1
    assert len(orders_of(shop)) == len(shop.every("checkout.session")) == 1


def test_an_order_still_running_is_not_begun_again(shop):
    """The first try is cut off without a word: until its lease ends, nobody knows that it is not still at work."""
    with pytest.raises(Cut), cut(5):
        shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    reply = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    assert (reply.status, reply.code) == (409, "still_running")
    shop.world.clock.advance(seconds=61)
    assert shop.orders(shop.reader, shop.works["tides"], key="the-same-key").status == 201
    assert len(orders_of(shop)) == len(shop.every("checkout.session")) == 1


@pytest.mark.parametrize(("kind", "times"), [("drop_before", 2), ("refuse", 2), ("fail_after", 1), ("fail", 1)])
def test_where_stripe_gives_no_answer_the_same_key_goes_on_at_once(shop, kind, times):
    """A stored error (fail) comes again under the same key, also to the SDK itself."""
    shop.fails(kind, "POST", "/v1/checkout/sessions", times=times)
    reply = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    assert (reply.status, reply.code) == (503, "provider_unavailable")
    assert reply.headers["Retry-After"]
    assert OrderRow.get(orders_of(shop)[0]["order_id"], "order").session_id is None
    again = shop.orders(shop.reader, shop.works["tides"], key="the-same-key")
    assert (again.status, again.json["status"]) == (201, "awaiting")
    assert len(orders_of(shop)) == len(shop.every("checkout.session")) == 1
    shop.pays(again.json)
    shop.arrives()
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


def test_an_answer_lost_once_is_not_even_noticed(shop):
    shop.fails("drop_after", "POST", "/v1/checkout/sessions")
    assert shop.orders(shop.reader, shop.works["tides"]).status == 201
    assert len(shop.every("checkout.session")) == 1


def test_what_stripe_declines_ends_the_order(shop):
    shop.fake.merchant.methods = ()
    reply = shop.orders(shop.reader, shop.works["tides"])
    assert (reply.status, reply.code) == (422, "checkout_declined")
    again = [shop.orders(shop.reader, shop.works["tides"], key="the-same-key") for _ in range(3)]
    assert {(reply.status, reply.code) for reply in again} == {(422, "checkout_declined")}
    assert [order["status"] for order in orders_of(shop)] == ["failed"] * 2
    shop.holds()


def test_nobody_asks_for_orders_or_their_prices_without_end(shop):
    """The limits themselves are core's: here they are on the routes."""
    said = [shop.orders(shop.reader, "01ARZ3NDEKTSV4RRFFQ69G5FAV").status for _ in range(61)]
    assert (set(said[:60]), said[60]) == ({422}, 429)
    wanted = {"work_ids": [shop.works["tides"]], "currency": "usd"}
    said = [shop.world.post("/v1/quotes", wanted, as_=shop.reader).status for _ in range(61)]
    assert (set(said[:60]), said[60]) == ({200}, 429)


# The cap on carts


def test_the_largest_cart_is_fulfilled_and_a_larger_one_refused(shop, monkeypatch):
    """Two works and two authors make so many items at most. The limit is lowered to that; the wire shows that a sale
    keeps to it: two items a work, two an author, and 8."""
    works = [shop.works["tides"], shop.works["winds"]]
    monkeypatch.setattr(terms, "TRANSACTION_ITEMS", terms.FIXED_ITEMS + 2 * 2 + terms.AUTHORS_ITEMS * 2)
    assert shop.orders(shop.reader, *works, shop.works["gift"]).code == "cart_too_large"
    shop.fake.merchant.settle_after = 0
    order = shop.ordered(shop.reader, *works)
    shop.pays(order)
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.arrives()
    assert max(items_of(exchanges)) == 8 + 2 * 2 + 2 * 2
    assert sorted(shop.library(shop.reader)) == sorted(works)
    shop.holds()


def test_twenty_works_are_one_transaction(shop):
    works = shop.copies(shop.works["tides"], 20)
    assert shop.orders(shop.reader, *works, shop.works["tides"]).code == "field_invalid"
    order = shop.ordered(shop.reader, *works)
    shop.pays(order)
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.arrives()
    assert max(items_of(exchanges)) == 6 + 2 * 20 + 2
    assert len(shop.world.get("/v1/me/library?limit=50", as_=shop.reader).json["items"]) == 20
    shop.holds()


def items_of(exchanges):
    """How many items each transaction at the wire had."""
    return [
        len(json.loads(each.request)["TransactItems"])
        for each in exchanges
        if each.call.operation == "TransactWriteItems"
    ]


def test_a_first_try_that_wakes_up_after_another_took_over_leaves_no_page_behind(shop, monkeypatch):
    """It stood still before it asked Stripe; meanwhile the buyer sent the same request again."""
    opening, answers = gateway.open_checkout, []

    def after_a_while(wanted):
        if not answers:
            answers.append(None)
            shop.world.clock.advance(seconds=61)
            answers.append(shop.orders(shop.reader, shop.works["tides"], key="the-same-key").json)
        return opening(wanted)

    monkeypatch.setattr(gateway, "open_checkout", after_a_while)
    order = shop.orders(shop.reader, shop.works["tides"], key="the-same-key").json
    assert order == answers[1]
    pages = {page["url"]: page["status"] for page in shop.every("checkout.session")}
    assert len(pages) == 2 and [url for url, status in pages.items() if status == "open"] == [order["pay_at"]]
    shop.holds()


def test_each_change_of_an_unpaid_order_leaves_a_trail(shop):
    offered = shop.orders(shop.reader, shop.works["tides"], key="the-same-key", method="card")
    shop.fails("refuse", "POST", "/v1/checkout/sessions", times=2)
    waits = shop.orders(shop.other, shop.works["tides"], key="the-same-key")
    assert (offered.status, waits.status) == (201, 503)
    assert shop.orders(shop.other, shop.works["tides"], key="the-same-key").status == 201
    assert [entry.deed for entry in trail.by("system:checkout")] == [
        "order.offered",
        "order.asked_again",
        "order.offered",
    ]
    with pytest.raises(Cut), cut(4, done=True):
        shop.orders(shop.reader, shop.works["tides"], key="another-key")
    shop.later(minutes=46)
    assert [entry.deed for entry in trail.by("system:sweeping")] == ["order.expired"]
