"""A buyer complains about what was bought; its seller answers; somebody who is neither decides, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.fake_stripe import disputes
from tests.orders.test_refunds import asks, decides, settled
from tests.settlement.test_payouts import passes
from tests.till import Shop


def complains(shop: Shop, order, work="tides", buyer=None, key="complaint-key-1", **told):
    wanted = {"work_id": shop.works[work], "kind": "not_as_described", "text": "It is about winds.", **told}
    path = f"/v1/orders/{order['order_id']}/complaints"
    return shop.world.post(path, wanted, as_=buyer or shop.reader, headers={"idempotency-key": key})


def path_of(complaint):
    return f"/v1/orders/{complaint['order_id']}/complaints/{complaint['complaint_id']}"


def says(shop: Shop, complaint, person, text="See page 3."):
    return shop.world.post(f"{path_of(complaint)}/replies", {"text": text}, as_=person)


def rules(shop: Shop, complaint, admin=None, uphold=True, **more):
    told = {"uphold": uphold, "because": "It is about winds, indeed.", **more}
    return shop.world.post(f"{path_of(complaint)}/ruling", told, as_=admin or shop.admin)


def letters(shop: Shop, person, word):
    return [mail for mail in shop.world.mails(person.email) if word in mail["subject"]]


def test_both_sides_speak_and_what_is_upheld_goes_back_though_the_rules_would_not_send_it(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    passes(shop, days=20)
    reply = complains(shop, order, "winds")
    assert (reply.status, reply.json["status"], complains(shop, order, "winds").json) == (201, "open", reply.json)
    assert reply.headers["Location"] == path_of(reply.json)
    shop.arrives()
    assert [len(letters(shop, one, "complains")) for one in (shop.author, shop.coauthor)] == [1, 1]
    for _ in range(2):
        assert says(shop, reply.json, shop.coauthor).status == 200
    says(shop, reply.json, shop.reader, "No such page.")
    seen = shop.world.get(path_of(reply.json), as_=shop.author).json
    assert [(one["by"], one["text"]) for one in seen["said"]] == [("seller", "See page 3."), ("buyer", "No such page.")]
    assert [one["said"] for one in shop.world.get("/v1/complaints", as_=shop.admin).json["items"]] == [2]
    assert rules(shop, reply.json).json["status"] == "upheld"
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], shop.library(shop.reader)) == ("refunded", [])
    assert (seen["refunds"][0]["reasons"], seen["complaints"][0]["status"]) == (["complaint"], "upheld")
    assert len(letters(shop, shop.reader, "upheld")) == 1
    assert shop.world.get("/v1/complaints", as_=shop.admin).json["items"] == []
    shop.holds()


def test_what_is_dismissed_moves_nothing_and_is_not_complained_of_again(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    complaint = complains(shop, order).json
    reply = rules(shop, complaint, uphold=False)
    assert (reply.status, reply.json["status"], reply.json["because"]) == (
        200,
        "dismissed",
        "It is about winds, indeed.",
    )
    assert rules(shop, complaint).json["code"] == "already_decided"
    assert complains(shop, order, key="complaint-key-2").json["code"] == "already_complained"
    assert says(shop, complaint, shop.reader).json["code"] == "complaint_closed"
    shop.arrives()
    assert (shop.every("refund"), len(letters(shop, shop.reader, "complaint"))) == ([], 1)
    shop.holds()


def test_each_side_has_its_own_replies_and_nobody_uses_up_the_others(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    complaint = complains(shop, order).json
    said = [says(shop, complaint, shop.reader, f"More {number}").status for number in range(11)]
    assert said == [200] * 10 + [409]
    assert says(shop, complaint, shop.author, "It is all there.").status == 200
    assert says(shop, complaint, shop.reader, "Again").json["code"] == "complaint_closed"


def test_what_is_said_is_text_and_never_more_than_its_row_can_hold(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    assert complains(shop, order, text="\u0001" * 4000).json["code"] == "field_invalid"
    complaint = complains(shop, order, text="\n".join("潮" * 79 for _ in range(50))).json
    assert says(shop, complaint, shop.reader, "It\u0000ends").status == 422
    for side in (shop.reader, shop.author):
        said = [says(shop, complaint, side, "潮" * 3_998 + f"{number:02}").status for number in range(10)]
        assert said == [200] * 3 + [409] * 7
    assert rules(shop, complaint, uphold=False, because="两\n行").status == 200


def test_while_one_is_open_authors_wait_for_what_they_earned(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    complaint = complains(shop, order).json
    passes(shop, days=17)
    assert "Rel" not in shop.journals()
    assert rules(shop, complaint, uphold=False).status == 200
    passes(shop, days=2)
    assert "Rel" in shop.journals()
    shop.holds()


def test_a_part_may_go_back_and_large_amounts_need_a_second_admin(shop):
    dear = shop.publishes(prices={"usd": 200_000}, title="Dear")
    shop.works["dear"] = dear
    order = shop.bought(shop.reader, dear)
    complaint = complains(shop, order, "dear").json
    assert rules(shop, complaint, amount=200_001).json["code"] == "amount_too_high"
    assert rules(shop, complaint, amount=150_000).json["status"] == "upheld"
    (request,) = shop.seen(shop.reader, order)["refunds"]
    assert (request["status"], request["amount"]) == ("review", 150_000)
    assert decides(shop, order, request, approve=True).json["code"] == "already_decided"
    assert decides(shop, order, request, admin=shop.world.admin("Ada"), approve=True).status == 200
    shop.arrives()
    assert (shop.seen(shop.reader, order)["refunded"], shop.library(shop.reader)) == (150_000, [dear])
    shop.holds()


def test_what_was_approved_and_upheld_of_an_order_counts_together(shop):
    shop.works |= {name: shop.publishes(prices={"usd": 99_999}, title=name) for name in ("dear", "dearer")}
    order = settled(shop, shop.bought(shop.reader, shop.works["dear"], shop.works["dearer"]))
    assert rules(shop, complains(shop, order, "dear").json).json["status"] == "upheld"
    assert rules(shop, complains(shop, order, "dearer", key="complaint-key-2").json).json["status"] == "upheld"
    assert sorted(each["status"] for each in shop.seen(shop.reader, order)["refunds"]) == ["approved", "review"]
    shop.arrives()
    assert shop.seen(shop.reader, order)["refunded"] == 99_999
    shop.holds()


@pytest.mark.parametrize("uphold", [True, False])
def test_of_many_rulings_at_once_one_is_made(shop, uphold):
    order = shop.bought(shop.reader, shop.works["tides"])
    complaint = complains(shop, order).json
    with ThreadPoolExecutor(10) as people:
        replies = list(people.map(lambda number: rules(shop, complaint, uphold=uphold == (number % 2 == 0)), range(10)))
    assert [reply.status for reply in replies].count(200) == 1
    assert {reply.status for reply in replies} == {200, 409}
    shop.arrives()
    (seen,) = shop.seen(shop.reader, order)["complaints"]
    assert len(shop.every("refund")) == (1 if seen["status"] == "upheld" else 0)
    shop.holds()


def test_it_is_nobody_elses_and_who_bought_or_sold_does_not_decide(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    complaint = complains(shop, order).json
    for stranger in (shop.other, shop.coauthor):
        assert shop.world.get(path_of(complaint), as_=stranger).status == 404
        assert says(shop, complaint, stranger).status == 404
    assert shop.world.get(path_of(complaint), as_=shop.admin).status == 200
    assert complains(shop, order, buyer=shop.other, key="complaint-key-3").status == 404
    assert rules(shop, complaint, admin=shop.author).status == 403
    bought = shop.bought(shop.admin, shop.works["tides"])
    own = complains(shop, bought, buyer=shop.admin, key="complaint-key-4").json
    assert rules(shop, own).json["code"] == "own_request"
    (sale,) = [shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=shop.author).json]
    assert [one["complaint_id"] for one in sale["complaints"]] == [complaint["complaint_id"]]


def test_what_is_not_paid_not_of_the_order_or_with_a_bank_is_not_complained_of(shop):
    unpaid = shop.ordered(shop.reader, shop.works["tides"])
    assert complains(shop, unpaid).json["code"] == "nothing_to_complain_of"
    order = shop.bought(shop.other, shop.works["tides"])
    wrong = complains(shop, order, "winds", buyer=shop.other, key="complaint-key-2")
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "work_id")
    complaint = complains(shop, order, buyer=shop.other, key="complaint-key-3").json
    disputes.open_dispute(shop.fake, shop.every("charge")[-1]["id"])
    shop.arrives()
    assert rules(shop, complaint).json["code"] == "order_disputed"
    assert asks(shop, order, buyer=shop.other).json["code"] == "order_disputed"
    assert rules(shop, complaint, uphold=False).status == 200
    shop.holds()


def test_of_what_was_free_there_is_nothing_to_send_back(shop):
    free = shop.ordered(shop.reader, shop.works["gift"])
    complaint = complains(shop, free, "gift", kind="infringes")
    assert complaint.status == 201
    assert rules(shop, complaint.json).json["code"] == "nothing_to_refund"
    assert rules(shop, complaint.json, uphold=False).status == 200
