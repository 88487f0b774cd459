"""A buyer gets money back by the rules that stood before paying; access and shares follow to the unit."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fake_stripe import refunds
from tests.interactions.claims import claim
from tests.till import Shop

SLOW, LATE_FAILURE = "4000 0000 0000 7726", "4000 0000 0000 5126"


def asks(shop: Shop, order, key="refund-key-1", buyer=None, **wanted):
    path = f"/v1/orders/{order['order_id']}/refund-requests"
    return shop.world.post(path, wanted, as_=buyer or shop.reader, headers={"idempotency-key": key})


def decides(shop: Shop, order, request, admin=None, **decision):
    path = f"/v1/orders/{order['order_id']}/refund-requests/{request['request_id']}/decisions"
    return shop.world.post(path, decision, as_=admin or shop.admin)


def sends_back(shop: Shop, order, key="refund-key-1", **wanted):
    """A part of an order, of which an admin decides."""
    reply = asks(shop, order, key, **wanted)
    assert reply.json["status"] == "review", reply.body
    assert decides(shop, order, reply.json, approve=True).json["status"] == "approved"
    return reply


def gets_back(shop: Shop, order, key="refund-key-1", **wanted):
    """By the rules, or by an admin where they leave it to people."""
    reply = asks(shop, order, key, **wanted)
    if reply.status == 201 and reply.json["status"] == "review":
        decides(shop, order, reply.json, approve=True)
    return reply


def reads(shop: Shop, work_id: str, fraction: float) -> None:
    told = {"events": [claim("progress", work_id, fraction=fraction)]}
    assert shop.world.post("/v1/interactions", told, as_=shop.reader).status == 202
    shop.world.pump()


def settled(shop: Shop, order):
    """The payment is in the balance, so that all that is left of the books is what it left there."""
    shop.settles()
    shop.arrives()
    return order


def test_the_rules_of_an_order_can_be_read_by_anyone_before_paying(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    rules = shop.world.get(f"/v1/refund-policies/{order['refund_policy']}")
    assert (rules.json["window_days"], rules.json["method_days"]["alipay"]) == (14, 90)
    assert shop.world.get("/v1/refund-policies/none").status == 404


def test_within_the_rules_the_money_goes_back_at_once_and_access_ends(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    reply = asks(shop, order, text="not what I thought")
    assert (reply.status, reply.json["status"], reply.json["amount"]) == (201, "approved", 1_001)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"], seen["refunds"][0]["status"]) == ("refunded", 1_001, "refunded")
    assert shop.library(shop.reader) == []
    assert [refund["amount"] for refund in shop.every("refund")] == [1_001]
    kept = {name: total for name, total in shop.sums().items() if not name.startswith(("cash", "processor_fee"))}
    assert kept == {}
    shop.holds()


def test_asked_again_with_the_same_key_it_is_the_same_request_and_with_another_there_is_nothing_left(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    first, again, other = asks(shop, order), asks(shop, order), asks(shop, order, key="refund-key-2")
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert (other.status, other.json["code"]) == (409, "nothing_to_refund")
    shop.arrives()
    assert len(shop.every("refund")) == 1
    shop.holds()


def test_a_key_is_good_for_one_order(shop):
    """What was answered of one order is no answer about another."""
    one, two = shop.bought(shop.reader, shop.works["tides"]), shop.bought(shop.reader, shop.works["winds"])
    assert asks(shop, one).status == 201
    reply = asks(shop, two)
    assert (reply.status, reply.json["code"]) == (422, "idempotency_key_reused")
    assert asks(shop, one).headers["Idempotency-Replayed"] == "true"


def test_a_cart_goes_back_work_by_work(shop):
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"])
    asks(shop, order, works=[{"work_id": shop.works["tides"]}])
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "partially_refunded"
    assert shop.library(shop.reader) == [shop.works["winds"]]
    asks(shop, order, key="refund-key-2")
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("refunded", [])
    shop.holds()


def test_a_part_of_a_work_goes_back_and_access_stays_until_all_of_it_did(shop):
    order = shop.bought(shop.reader, shop.works["winds"])
    amounts = [1, 333, 166, 500, 1]
    for number, amount in enumerate(amounts):
        part = {"work_id": shop.works["winds"], "amount": amount}
        last = number == len(amounts) - 1
        asked = asks if last else sends_back
        assert asked(shop, order, key=f"refund-key-{number}", works=[part]).status == 201
        assert shop.library(shop.reader) == [shop.works["winds"]]
        shop.arrives()
        shop.holds()
    assert shop.library(shop.reader) == []
    assert not [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"works": [{"work_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}]}, "field_invalid"),
        ({"works": [{"work_id": "tides", "amount": 901}]}, "amount_too_high"),
        ({"works": [{"work_id": "tides", "amount": 0}]}, "field_invalid"),
        ({"works": [{"work_id": "tides"}, {"work_id": "tides"}]}, "field_invalid"),
        ({"works": []}, "field_invalid"),
        ({"amount": 3}, "field_invalid"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_reserves_nothing(shop, wanted, code):
    order = shop.bought(shop.reader, shop.works["tides"])
    for work in wanted.get("works", []):
        work["work_id"] = shop.works.get(work["work_id"], work["work_id"])
    reply = asks(shop, order, **wanted)
    assert (reply.status, reply.json["code"]) == (422, code), reply.body
    assert asks(shop, order, key="refund-key-9").json["amount"] == 900


def test_who_keeps_a_work_for_a_cent_has_somebody_decide(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    reply = asks(shop, order, works=[{"work_id": shop.works["tides"], "amount": 899}])
    assert (reply.json["status"], reply.json["reasons"]) == ("review", ["part_of_work"])
    shop.arrives()
    assert (shop.every("refund"), shop.seen(shop.reader, order)["refunded"]) == ([], 0)
    shop.holds()


def test_of_what_somebody_decides_nothing_more_is_asked_meanwhile(shop):
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"])
    half = asks(shop, order, works=[{"work_id": shop.works["tides"], "amount": 450}])
    for wanted in ({}, {"works": [{"work_id": shop.works["tides"]}]}):
        reply = asks(shop, order, key="refund-key-2", **wanted)
        assert (reply.status, reply.json["code"]) == (409, "already_asked")
    assert asks(shop, order, key="refund-key-3", works=[{"work_id": shop.works["winds"]}]).status == 201
    assert decides(shop, order, half.json, approve=False, because="You read it.").status == 200
    assert asks(shop, order, key="refund-key-4").json["amount"] == 900
    shop.arrives()
    shop.holds()


def test_nobody_keeps_authors_waiting_by_asking_for_ever(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    shop.world.clock.advance(days=15)
    shop.signs_everybody_in()
    for number in range(20):
        request = asks(shop, order, key=f"refund-key-{number}").json
        assert decides(shop, order, request, approve=False, because="You had it for two weeks.").status == 200
    reply = asks(shop, order, key="refund-key-20")
    assert (reply.status, reply.json["code"]) == (409, "asked_too_often")
    shop.later(minutes=6)
    assert "Rel" in shop.journals()
    shop.holds()


def test_an_order_of_somebody_else_a_free_one_and_one_that_is_not_paid_have_nothing_to_refund(shop):
    free, unpaid = shop.ordered(shop.reader, shop.works["gift"]), shop.ordered(shop.reader, shop.works["tides"])
    assert [asks(shop, each, key=f"refund-key-{each['order_id']}").status for each in (free, unpaid)] == [409, 409]
    bought = shop.bought(shop.other, shop.works["tides"])
    assert asks(shop, bought).status == 404


def test_what_was_mostly_read_waits_for_somebody_who_decides(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    reads(shop, shop.works["tides"], 0.8)
    request = asks(shop, order).json
    assert (request["status"], request["reasons"]) == ("review", ["mostly_consumed"])
    shop.arrives()
    assert shop.every("refund") == []
    waiting = shop.world.get("/v1/refund-requests", as_=shop.admin).json["items"]
    assert [each["request_id"] for each in waiting] == [request["request_id"]]
    assert decides(shop, order, request, approve=True).json["status"] == "approved"
    assert decides(shop, order, request, approve=True).status == 409
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "refunded"
    assert shop.world.get("/v1/refund-requests", as_=shop.admin).json["items"] == []
    shop.holds()


@pytest.mark.parametrize("hides", ["erases", "goes back", "neither"])
def test_what_was_read_stays_read_whatever_its_reader_says_later(shop, hides):
    order = shop.bought(shop.reader, shop.works["tides"])
    reads(shop, shop.works["tides"], 1.0)
    if hides == "erases":
        assert shop.world.delete("/v1/me/history", as_=shop.reader).status == 202
        shop.world.pump()
    elif hides == "goes back":
        reads(shop, shop.works["tides"], 0.0)
    assert asks(shop, order).json["reasons"] == ["mostly_consumed"]


def opens(shop: Shop, work_id: str) -> None:
    """Every file of the work, by a link."""
    (owned,) = [each for each in shop.world.get("/v1/me/library", as_=shop.reader).json["items"]
                if each["work_id"] == work_id]  # fmt: skip
    for file in owned["files"]:
        assert shop.world.get(f"/v1/me/works/{work_id}/files/{file['file_id']}", as_=shop.reader).status == 200


def test_a_file_that_was_handed_over_is_used_though_nobody_says_that_it_was_read(shop):
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"])
    opens(shop, shop.works["tides"])
    opens(shop, shop.works["tides"])
    assert asks(shop, order, works=[{"work_id": shop.works["winds"]}]).json["status"] == "approved"
    request = asks(shop, order, key="refund-key-2").json
    assert (request["status"], request["reasons"]) == ("review", ["mostly_consumed"])
    shop.arrives()
    shop.holds()


def test_of_many_orders_at_once_no_more_go_back_than_the_rules_allow(shop):
    orders = [shop.bought(shop.reader, work_id) for work_id in shop.copies(shop.works["tides"], 8)]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda number: asks(shop, orders[number], key=f"refund-key-{number}"), range(8)))
    while unlucky := [number for number, reply in enumerate(replies) if reply.status == 409]:
        for number in unlucky:
            replies[number] = asks(shop, orders[number], key=f"refund-key-{number}-again")
    assert sorted(reply.json["status"] for reply in replies) == ["approved"] * 5 + ["review"] * 3
    assert {why for reply in replies for why in reply.json["reasons"]} == {"many_refunds"}
    shop.arrives()
    shop.holds()


def test_after_the_window_somebody_decides_and_who_is_rejected_hears_why_and_may_ask_again(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    shop.world.clock.advance(days=15)
    shop.signs_everybody_in()
    request = asks(shop, order).json
    assert request["reasons"] == ["outside_window"]
    assert decides(shop, order, request, approve=False, because="You had it for two weeks.").status == 200
    shop.world.pump()
    assert "You had it for two weeks." in shop.world.mails(shop.reader.email)[-1]["text"]
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunds"][0]["status"]) == ("paid", "rejected")
    assert asks(shop, order, key="refund-key-2").status == 201
    shop.holds()


def test_a_wallet_that_cannot_send_back_so_late_is_refused_with_the_reason(shop):
    order = shop.bought(shop.reader, shop.works["tides"], method="alipay")
    shop.world.clock.advance(days=91)
    shop.signs_everybody_in()
    reply = asks(shop, order)
    assert (reply.status, reply.json["code"]) == (409, "method_closed")
    assert "90" in reply.json["detail"]


def test_who_buys_or_sells_does_not_decide(shop):
    order = shop.bought(shop.admin, shop.works["tides"])
    shop.world.clock.advance(days=15)
    shop.signs_everybody_in()
    request = asks(shop, order, buyer=shop.admin).json
    reply = decides(shop, order, request, approve=True)
    assert (reply.status, reply.json["code"]) == (403, "own_request")


def test_much_money_needs_two_who_approve(shop):
    dear = shop.publishes(prices={"usd": 150_000})
    order = shop.bought(shop.reader, dear)
    reads(shop, dear, 0.9)
    request = asks(shop, order).json
    second = shop.world.admin("Ada")
    assert decides(shop, order, request, approve=True).json["status"] == "review"
    assert decides(shop, order, request, approve=True).status == 409
    assert decides(shop, order, request, admin=second, approve=True).json["status"] == "approved"
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "refunded"
    shop.holds()


def test_much_money_needs_two_also_where_it_is_asked_for_in_parts(shop):
    dear = shop.publishes(prices={"usd": 300_000})
    order = settled(shop, shop.bought(shop.reader, dear))
    reads(shop, dear, 0.9)
    second = shop.world.admin("Ada")
    for amount, alone in ((99_999, "approved"), (1, "review")):
        part = asks(shop, order, key=f"refund-key-{amount}", works=[{"work_id": dear, "amount": amount}]).json
        assert decides(shop, order, part, approve=True).json["status"] == alone
    assert decides(shop, order, part, admin=second, approve=True).json["status"] == "approved"
    part = asks(shop, order, key="refund-key-3", works=[{"work_id": dear, "amount": 99_998}]).json
    assert decides(shop, order, part, approve=True).json["status"] == "review"
    shop.arrives()
    assert shop.seen(shop.reader, order)["refunded"] == 100_000
    shop.holds()


def test_of_parts_approved_at_once_only_what_one_may_let_go_goes(shop):
    works = [shop.publishes(title=f"Volume {number}", prices={"usd": 60_000}) for number in range(5)]
    order = settled(shop, shop.bought(shop.reader, *works))
    parts = [
        asks(shop, order, key=f"refund-key-{work}", works=[{"work_id": work, "amount": 59_000}]).json for work in works
    ]
    with ThreadPoolExecutor(5) as people:
        replies = list(people.map(lambda part: decides(shop, order, part, approve=True), parts))
    assert [reply.json.get("status") for reply in replies].count("approved") == 1


def test_a_wallet_takes_its_time_and_access_ends_when_it_is_done(shop):
    order = shop.bought(shop.reader, shop.works["tides"], method="alipay")
    asks(shop, order)
    shop.world.pump()
    assert shop.library(shop.reader) == [shop.works["tides"]]
    for refund in shop.every("refund"):
        refunds.complete(shop.fake, refund["id"])
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("refunded", [])
    shop.holds()


def test_a_refund_that_fails_late_gives_access_and_shares_back_and_can_be_asked_for_again(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    before = shop.sums()
    asks(shop, order)
    shop.arrives()
    assert shop.library(shop.reader) == []
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["refunded"], seen["refunds"][0]["status"]) == ("paid", 0, "failed")
    assert (shop.library(shop.reader), shop.sums()) == ([shop.works["winds"]], before)
    shop.holds()
    assert asks(shop, order, key="refund-key-2").status == 201
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "refunded"
    shop.holds()


def test_another_reason_to_read_a_work_outlives_the_refund(shop):
    from chalicelib.catalog import cards, works
    from chalicelib.core.transactions import all_or_nothing
    from chalicelib.library import access

    order = shop.bought(shop.reader, shop.works["tides"])
    work = works.find(shop.works["tides"])
    with all_or_nothing() as tx:
        access.grant(tx, shop.reader.account_id, cards.of(work), work.files, access.AUTHOR)
    asks(shop, order)
    shop.arrives()
    assert shop.library(shop.reader) == [shop.works["tides"]]


def test_of_fifty_at_once_one_wins(shop):
    order = shop.bought(shop.reader, shop.works["winds"])
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: asks(shop, order, key=f"refund-key-{number}"), range(50)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 49
    shop.arrives()
    assert [refund["amount"] for refund in shop.every("refund")] == [1_001]
    shop.holds()


def test_random_parts_of_many_orders_leave_no_residue_whatever_fails(shop):
    chance = random.Random(11)
    order = shop.bought(shop.reader, shop.works["tides"], shop.works["winds"])
    for number in range(19):
        line = chance.choice([shop.works["tides"], shop.works["winds"]])
        part = {"work_id": line, "amount": chance.randint(1, 400)}
        reply = asks(shop, order, key=f"refund-key-{number}", works=[part])
        if reply.json["status"] == "review":
            assert decides(shop, order, reply.json, approve=True).status == 200
        shop.arrives()
        done = [each for each in shop.every("refund") if each["status"] == "succeeded"]
        if done and chance.random() < 0.3:
            refunds.fail(shop.fake, chance.choice(done)["id"])
            shop.arrives()
        shop.holds()
    asks(shop, order, key="refund-key-rest")
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.reader)) == ("refunded", [])
    assert not [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))]
    shop.holds()
