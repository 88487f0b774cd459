"""A gift is nobody's until one person claims it by its link; then it is theirs, and goes with the money."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.orders.collection import read
from infra.local.fake_stripe import disputes, refunds
from tests.catalog.interleaving import meanwhile
from tests.catalog.test_bundles import made as a_bundle
from tests.coupons.test_issuing import made as a_coupon
from tests.orders.test_refunds import asks, decides, reads
from tests.till import Shop


def gives(shop: Shop, *names, buyer=None, **how):
    """A gift that is ordered, and paid where it costs something."""
    works = [shop.works[name] for name in names]
    order = shop.ordered(buyer or shop.reader, *works, gift=True, **how)
    if order["pay_at"]:
        assert shop.pays(order) == 303
        shop.arrives()
    return shop.seen(buyer or shop.reader, order)


def offers(shop: Shop, order, buyer=None):
    return shop.world.post(f"/v1/orders/{order['order_id']}/gift-links", as_=buyer or shop.reader)


def offered(shop: Shop, order, buyer=None):
    reply = offers(shop, order, buyer)
    assert reply.status == 201, reply.body
    return reply.json["token"]


def claims(shop: Shop, token, as_=None):
    return shop.world.post("/v1/gift-claims", {"token": token}, as_=as_ or shop.other)


@pytest.fixture
def given(shop: Shop):
    """An order of two works that is a gift, paid and settled, and its link."""
    order = gives(shop, "tides", "winds")
    shop.settles()
    shop.arrives()
    return order, offered(shop, order)


def purchases(shop, buyer):
    shop.world.pump()
    history = shop.world.get("/v1/me/history", as_=buyer).json["items"]
    return [item["work_id"] for item in history if item["kind"] == "purchase"]


def test_who_claims_has_it_and_who_paid_has_not(shop):
    order = gives(shop, "tides", "winds")
    assert (order["status"], order["gift"], shop.library(shop.reader)) == ("paid", True, [])
    shop.holds()
    token = offered(shop, order)
    reply = claims(shop, token)
    assert (reply.status, {work["title"] for work in reply.json["works"]}) == (201, {"On tides", "On winds"}), (
        reply.body
    )
    assert set(shop.library(shop.other)) == {shop.works["tides"], shop.works["winds"]}
    assert shop.library(shop.reader) == []
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], "claimed" in [moment["what"] for moment in seen["timeline"]]) == ("paid", True)
    assert shop.other.account_id not in str(seen)
    assert shop.world.get(f"/v1/me/orders/{order['order_id']}", as_=shop.other).status == 404
    shop.holds()


def test_the_purchase_is_told_of_who_claimed_it_when_they_did(shop, given):
    assert (purchases(shop, shop.reader), purchases(shop, shop.other)) == ([], [])
    claims(shop, given[1])
    assert (purchases(shop, shop.reader), len(purchases(shop, shop.other))) == ([], 2)


def test_the_buyer_hears_where_the_link_is_and_the_letter_does_not_hold_it(shop):
    order = gives(shop, "tides")
    letter = shop.world.mails(shop.reader.email)[-1]
    assert (letter["subject"], f"/orders/{order['order_id']}" in letter["text"]) == (
        f"Your Lyceum gift: order {order['order_id']}", True,
    )  # fmt: skip
    link = offers(shop, order).json
    assert link["url"].endswith(f"/gifts/{link['token']}")
    secret = link["token"].partition(".")[2]
    assert secret not in str(vars(read(order["order_id"]).header))


def looks(shop: Shop, token):
    """As whoever has the link, signed in or not."""
    return shop.world.get(f"/v1/gifts/{token}")


def says(shop: Shop, order, text, as_=None):
    path = f"/v1/orders/{order['order_id']}/gift-message"
    return shop.world.put(path, {"text": text}, as_=as_ or shop.reader)


def test_whoever_has_the_link_sees_what_is_given_and_nothing_of_who_gives_it(shop, given):
    order, token = given
    assert looks(shop, token).json["message"] is None
    assert [says(shop, order, text).status for text in ("Enjoy!", "For the long evenings. 祝好！")] == [204, 204]
    reply = looks(shop, token)
    assert {work["title"] for work in reply.json["works"]} == {"On tides", "On winds"}
    assert (reply.status, set(reply.json), reply.json["message"]) == (
        200, {"message", "works"}, "For the long evenings. 祝好！",
    )  # fmt: skip
    assert "no-store" in reply.headers["Cache-Control"]
    told = reply.body + str(reply.headers)
    assert not [each for each in (shop.reader.email, shop.reader.account_id, shop.reader.name) if each in told]
    assert shop.seen(shop.reader, order)["gift_message"] == "For the long evenings. 祝好！"
    claims(shop, token)
    assert (looks(shop, token).code, says(shop, order, "Late").code) == ("gift_claimed", "gift_claimed")
    shop.holds()


def test_a_wrong_link_is_like_one_of_no_gift(shop, given):
    order, old = given
    new = offered(shop, order)
    wrong = (f"{order['order_id']}.{'A' * 43}", f"01ARZ3NDEKTSV4RRFFQ69G5FAV.{'A' * 43}", old, "x", f"{new}x", "a.b")
    replies = [looks(shop, token) for token in wrong]
    assert {(reply.status, reply.code, reply.json["detail"]) for reply in replies} == {
        (404, "not_found", replies[0].json["detail"])
    }
    assert looks(shop, new).status == 200
    mine = shop.bought(shop.other, shop.works["tides"])
    assert (says(shop, mine, "x", as_=shop.other).code, says(shop, order, "x", as_=shop.other).status) == (
        "no_gift", 404,
    )  # fmt: skip
    assert says(shop, order, "").status == 422


def test_what_went_back_is_not_shown_and_what_is_asked_back_is_closed(shop, given):
    order, token = given
    asks(shop, order, works=[{"work_id": shop.works["tides"]}])
    assert looks(shop, token).code == "gift_closed"
    shop.arrives()
    assert [work["title"] for work in looks(shop, token).json["works"]] == ["On winds"]


def claimed_letters(shop: Shop, person):
    return [mail for mail in shop.world.mails(person.email) if mail["subject"].startswith("Your gift was claimed")]


def test_the_giver_hears_once_that_it_was_claimed_and_not_by_whom(shop, given):
    order, token = given
    assert claimed_letters(shop, shop.reader) == []
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: claims(shop, token).code, range(8)))
    assert set(replies) == {None}
    [letter] = claimed_letters(shop, shop.reader)
    assert ("On tides" in letter["text"], order["order_id"] in letter["subject"]) == (True, True)
    assert shop.other.email not in letter["text"] and shop.other.name not in letter["text"]
    assert claimed_letters(shop, shop.other) == []
    own = gives(shop, "gift")
    claims(shop, offered(shop, own), as_=shop.reader)
    assert len(claimed_letters(shop, shop.reader)) == 1


def test_a_new_link_voids_the_one_before_and_nothing_else_opens_it(shop, given):
    order, old = given
    new = offered(shop, order)
    wrong = f"{order['order_id']}.{'A' * 43}"
    nobody = f"01ARZ3NDEKTSV4RRFFQ69G5FAV.{old.partition('.')[2]}"
    assert [claims(shop, token).status for token in (old, wrong, nobody, "x", new)] == [404, 404, 404, 422, 201]
    assert offers(shop, order).code == "gift_claimed"
    assert [claims(shop, new).status, claims(shop, new, as_=shop.admin).code] == [201, "gift_claimed"]
    shop.holds()


def test_of_fifty_at_once_one_has_it(shop, given):
    people = [shop.other, shop.reviewer, shop.admin, shop.reader]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: (number % 4, claims(shop, given[1], people[number % 4])), range(50)))
    had = {who for who, reply in replies if reply.status == 201}
    assert len(had) == 1
    assert {reply.code for who, reply in replies if who not in had} == {"gift_claimed"}
    assert [len(shop.library(person)) for person in people].count(2) == 1
    shop.holds()


def test_a_link_is_for_the_buyer_of_a_gift_that_is_paid(shop):
    unpaid = shop.ordered(shop.reader, shop.works["tides"], gift=True)
    mine = shop.bought(shop.reader, shop.works["tides"])
    assert [offers(shop, each).code for each in (unpaid, mine)] == ["no_gift"] * 2
    assert offers(shop, unpaid, buyer=shop.other).status == 404
    assert claims(shop, f"{mine['order_id']}.{'A' * 43}").status == 404


def test_who_has_a_work_can_give_it_and_who_is_given_what_they_have_leaves_the_link_good(shop):
    shop.bought(shop.reader, shop.works["tides"])
    shop.bought(shop.other, shop.works["winds"])
    order = gives(shop, "tides", "winds")
    token = offered(shop, order)
    told = [claims(shop, token, as_=person) for person in (shop.other, shop.reader, shop.coauthor)]
    assert [(reply.status, reply.code) for reply in told] == [
        (409, "already_owned"), (409, "already_owned"), (409, "own_work"),
    ]  # fmt: skip
    assert claims(shop, token, as_=shop.admin).status == 201
    assert shop.orders(shop.author, shop.works["tides"], gift=True).code == "own_work"
    shop.holds()


def test_one_may_claim_what_one_gave(shop, given):
    assert claims(shop, given[1], as_=shop.reader).status == 201
    assert len(shop.library(shop.reader)) == 2
    shop.holds()


def test_two_gifts_of_one_work_and_a_bundle_that_the_buyer_has(shop):
    shop.bought(shop.reader, shop.works["tides"])
    first, second = gives(shop, "tides"), gives(shop, "tides")
    assert [claims(shop, offered(shop, first)).status, claims(shop, offered(shop, second), shop.admin).status] == [
        201
    ] * 2
    bundle = a_bundle(shop, "tides", "winds")["bundle_id"]
    order = gives(shop, bundle_ids=[bundle])
    assert (order["total"], order["bundles"][0]["left_out"]) == (1_500, [])
    assert claims(shop, offered(shop, order), shop.reviewer).status == 201
    assert len(shop.library(shop.reviewer)) == 2
    shop.holds()


def test_a_gift_by_coupon_and_one_that_is_free(shop):
    code = a_coupon(shop, basis_points=10_000)
    for order in (gives(shop, "tides", coupon=code), gives(shop, "gift")):
        assert (order["status"], order["total"], shop.library(shop.reader)) == ("paid", 0, [])
        assert claims(shop, offered(shop, order)).status == 201
    assert set(shop.library(shop.other)) == {shop.works["tides"], shop.works["gift"]}
    shop.holds()


# What goes back, and what banks take


def test_before_the_claim_a_refund_closes_it_and_a_late_failure_opens_it(shop, given):
    order, token = given
    asks(shop, order)
    assert claims(shop, token).code == "gift_closed"
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "refunded"
    assert claims(shop, token).code == "gift_closed"
    shop.holds()
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    shop.arrives()
    assert claims(shop, token).status == 201
    shop.holds()


def test_after_the_claim_a_refund_takes_it_from_who_has_it_and_a_late_failure_gives_it_back(shop, given):
    order, token = given
    claims(shop, token)
    assert asks(shop, order).json["status"] == "approved"
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.other)) == ("refunded", [])
    shop.holds()
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    shop.arrives()
    assert (len(shop.library(shop.other)), shop.library(shop.reader)) == (2, [])
    shop.holds()


def test_what_was_read_counts_for_the_refund_and_who_read_it_does_not_decide(shop):
    order = gives(shop, "tides")
    claims(shop, offered(shop, order), as_=shop.admin)
    shop.people["reader"], shop.people["admin"] = shop.admin, shop.reader
    reads(shop, shop.works["tides"], 0.8)
    shop.people["reader"], shop.people["admin"] = shop.admin, shop.reader
    request = asks(shop, order).json
    assert (request["status"], request["reasons"]) == ("review", ["mostly_consumed"])
    assert decides(shop, order, request, approve=True).code == "own_request"
    shop.holds()


def test_what_the_buyer_read_of_a_work_of_theirs_is_nothing_of_the_gift(shop):
    shop.bought(shop.reader, shop.works["tides"])
    reads(shop, shop.works["tides"], 1.0)
    assert asks(shop, gives(shop, "tides")).json["status"] == "approved"


def test_what_went_back_in_part_is_not_in_the_gift(shop, given):
    order, token = given
    asks(shop, order, works=[{"work_id": shop.works["tides"]}])
    shop.arrives()
    assert [work["work_id"] for work in claims(shop, token).json["works"]] == [shop.works["winds"]]
    assert shop.library(shop.other) == [shop.works["winds"]]
    shop.holds()
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    shop.arrives()
    assert len(shop.library(shop.other)) == 2
    shop.holds()


@pytest.mark.parametrize(("ends", "opens"), [("won", True), ("lost", False)])
@pytest.mark.parametrize("claimed", [False, True], ids=["unclaimed", "claimed"])
def test_while_a_bank_has_the_money_nobody_has_the_gift(shop, given, ends, opens, claimed):
    token = given[1]
    if claimed:
        claims(shop, token)
    [charge] = shop.every("charge")
    dispute = disputes.open_dispute(shop.fake, charge["id"])
    shop.arrives()
    assert shop.library(shop.other) == []
    assert claims(shop, token).status == (201 if claimed else 409)
    shop.holds()
    disputes.move(shop.fake, dispute["id"], ends)
    shop.arrives()
    assert claims(shop, token).status == (201 if claimed or opens else 409)
    assert len(shop.library(shop.other)) == (2 if opens else 0)
    shop.holds()


def test_the_bank_hears_what_was_read_by_who_claimed_it(shop, given):
    from chalicelib.orders import answering

    order, token = given
    assert "nobody has claimed" in answering.evidence(read(order["order_id"]), "")["access_activity_log"]
    claims(shop, token)
    shop.people["reader"], shop.people["other"] = shop.other, shop.reader
    reads(shop, shop.works["tides"], 0.5)
    log = answering.evidence(read(order["order_id"]), "")["access_activity_log"]
    assert "50 % used" in log and "claimed on" in log and shop.other.account_id not in log


def test_a_refund_that_comes_between_keeps_the_claim_away(shop, given):
    order, token = given
    with meanwhile(lambda: asks(shop, order)):
        assert claims(shop, token).code == "gift_closed"
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], shop.library(shop.other)) == ("refunded", [])
    shop.holds()


# Works that change


def test_a_work_off_the_shelves_is_still_given_and_one_taken_down_is_not(shop):
    withdrawn, down = gives(shop, "tides"), gives(shop, "winds")
    shop.withdraws(shop.works["tides"])
    shop.takes_down(shop.works["winds"])
    assert claims(shop, offered(shop, withdrawn)).status == 201
    assert claims(shop, offered(shop, down)).code == "gift_closed"
    assert shop.library(shop.other) == [shop.works["tides"]]
    shop.holds()


def test_one_taken_down_in_the_middle_is_not_given_and_a_new_version_is(shop, given):
    token = given[1]
    shop.publishes_again(shop.works["tides"], title="The tides, again")
    with meanwhile(lambda: shop.takes_down(shop.works["winds"])):
        assert claims(shop, token).code == "gift_closed"
    assert shop.library(shop.other) == []
    order = gives(shop, "tides")
    claims(shop, offered(shop, order))
    [owned] = shop.world.get("/v1/me/library", as_=shop.other).json["items"]
    assert owned["work"]["title"] == "The tides, again"
    shop.holds()


# Passes


@pytest.fixture
def month(shop):
    body = {"title": "A month of Ada", "days": 30, "prices": {"usd": 1_200}}
    return shop.world.post("/v1/passes", body, as_=shop.author).json["pass_id"]


def days(shop, reader):
    return [(each["starts_at"][:10], each["ends_at"][:10]) for each in shop.world.get("/v1/me/passes", as_=reader).json]


def test_a_pass_begins_when_it_is_claimed(shop, month):
    order = gives(shop, pass_id=month)
    assert (days(shop, shop.reader), order["author_pass"]["starts_at"]) == ([], None)
    shop.world.clock.advance(days=10)
    shop.signs_everybody_in()
    token = offered(shop, order)
    assert claims(shop, token, as_=shop.author).code == "own_pass"
    assert claims(shop, token).json["works"] == [{"work_id": month, "title": "A month of Ada", "kind": "pass"}]
    [(starts, ends)] = days(shop, shop.other)
    seen = shop.seen(shop.reader, order)["author_pass"]
    assert (seen["starts_at"][:10], seen["ends_at"][:10]) == (starts, ends)
    assert starts > order["placed_at"][:10]
    shop.holds()
    asks(shop, order)
    shop.arrives()
    assert days(shop, shop.other) == []
    shop.holds()


def test_a_pass_that_went_back_before_the_rest_was_claimed_comes_with_a_late_failure(shop, month):
    order = gives(shop, "tides", pass_id=month)
    token = offered(shop, order)
    asks(shop, order, works=[{"work_id": month}])
    shop.arrives()
    assert [work["kind"] for work in claims(shop, token).json["works"]] != ["pass"]
    assert days(shop, shop.other) == []
    shop.holds()
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    shop.arrives()
    assert len(days(shop, shop.other)) == 1
    shop.holds()


def test_the_letter_that_it_ends_goes_to_who_has_it(shop, month):
    claims(shop, offered(shop, gives(shop, pass_id=month)))
    shop.later(days=28)
    assert "ends soon" in shop.world.mails(shop.other.email)[-1]["subject"]
    assert "ends soon" not in shop.world.mails(shop.reader.email)[-1]["subject"]


# The check can fail


def test_a_gift_that_is_had_and_was_not_claimed_is_named(shop, given):
    from chalicelib.library.models import HoldingRow
    from tests.orders.test_invariants import found

    source = f"order#{given[0]['order_id']}"
    HoldingRow(shop.reader.account_id, shop.works["tides"], sources={source}).save()
    assert found() == {("I5", source)}
    HoldingRow(shop.reader.account_id, shop.works["tides"]).delete()
    claims(shop, given[1])
    HoldingRow(shop.other.account_id, shop.works["tides"]).delete()
    assert found() == {("I5", source)}
