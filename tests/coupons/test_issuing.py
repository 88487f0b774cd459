"""Authors make coupons for what they own, admins for everything; nobody sees or takes back another's."""

import pytest

from chalicelib.core import ids
from tests.catalog.test_bundles import field_of
from tests.catalog.test_bundles import made as a_bundle
from tests.till import Shop

QUARTER = {"basis_points": 2_500}


def makes(shop: Shop, as_=None, platform=False, **wanted):
    path = "/v1/coupons" if platform else "/v1/me/coupons"
    return shop.world.post(path, wanted or QUARTER, as_=as_ or (shop.admin if platform else shop.author))


def made(shop: Shop, **wanted):
    reply = makes(shop, **wanted)
    assert reply.status == 201, reply.body
    return reply.json["code"]


def withdraws(shop: Shop, code, as_, path="/v1/me/coupons"):
    return shop.world.post(f"{path}/{code}/withdrawals", as_=as_).status


def test_an_author_makes_a_coupon_and_sees_how_often_it_is_used(shop):
    code = made(shop, code="spring-25", **QUARTER, work_ids=[shop.works["winds"]], most_uses=10)
    other = made(shop, **QUARTER)
    shop.ordered(shop.reader, shop.works["winds"], coupon="Spring-25")
    listed = shop.world.get("/v1/me/coupons", as_=shop.author).json["items"]
    assert [(each["code"], each["used"]) for each in listed] == [(other, 0), ("SPRING-25", 1)]
    assert (code, listed[1]["most_uses"], listed[1]["basis_points"]) == ("SPRING-25", 10, 2_500)
    assert len(other) == 10


def test_lists_are_each_ones_own_and_pages_go_on(shop):
    mine = [made(shop) for _ in range(3)]
    theirs, ours = made(shop, as_=shop.coauthor), made(shop, platform=True)
    page = shop.world.get("/v1/me/coupons?limit=2", as_=shop.author).json
    rest = shop.world.get(f"/v1/me/coupons?cursor={page['next_cursor']}", as_=shop.author).json
    assert {each["code"] for each in page["items"] + rest["items"]} == set(mine)
    assert shop.world.get(f"/v1/me/coupons?cursor={page['next_cursor']}", as_=shop.coauthor).status == 400
    assert [each["code"] for each in shop.world.get("/v1/me/coupons", as_=shop.coauthor).json["items"]] == [theirs]
    assert [each["code"] for each in shop.world.get("/v1/coupons", as_=shop.admin).json["items"]] == [ours]


def test_an_admin_lists_an_authors_and_takes_one_back(shop):
    mine = [made(shop) for _ in range(3)]
    theirs, ours = made(shop, as_=shop.coauthor), made(shop, platform=True)
    path = f"/v1/coupons?author_id={shop.author.account_id}"
    page = shop.world.get(f"{path}&limit=2", as_=shop.admin).json
    rest = shop.world.get(f"{path}&cursor={page['next_cursor']}", as_=shop.admin).json
    assert [each["code"] for each in page["items"] + rest["items"]] == mine[::-1]
    assert shop.world.get(f"/v1/coupons?cursor={page['next_cursor']}", as_=shop.admin).status == 400
    assert [each["code"] for each in shop.world.get("/v1/coupons", as_=shop.admin).json["items"]] == [ours]
    assert shop.world.get(path, as_=shop.author).status == 403
    assert shop.world.get(f"/v1/me/coupons?author_id={shop.coauthor.account_id}", as_=shop.author).status == 422
    assert withdraws(shop, mine[0], shop.admin, "/v1/coupons") == 204
    listed = {each["code"]: each["withdrawn_at"] for each in shop.world.get(path, as_=shop.admin).json["items"]}
    assert [code for code, at in listed.items() if at] == [mine[0]]
    assert theirs not in listed


def test_a_code_is_had_once_whoever_has_it(shop):
    made(shop, code="spring", **QUARTER)
    reply = makes(shop, as_=shop.coauthor, code="SPRING", **QUARTER)
    assert (reply.status, reply.code) == (409, "code_taken")
    assert makes(shop, platform=True, code="Spring", **QUARTER).code == "code_taken"


@pytest.mark.parametrize(
    ("terms", "waits"),
    [
        ({"basis_points": 4_999}, False),
        ({"basis_points": 5_000}, True),
        ({"amount": 1, "currency": "usd"}, True),
    ],
)
def test_what_takes_much_off_everybodys_works_waits_for_a_second_admin(shop, terms, waits):
    assert makes(shop, **terms).json["to_confirm"] is False  # an author's own
    code = made(shop, platform=True, **terms)
    (listed,) = shop.world.get("/v1/coupons", as_=shop.admin).json["items"]
    assert listed["to_confirm"] is waits
    assert shop.orders(shop.reader, shop.works["tides"], coupon=code).status == (422 if waits else 201)


def test_a_second_admin_confirms_and_not_who_made_it(shop):
    code, second = made(shop, platform=True, basis_points=10_000), shop.world.admin("Ada")
    path = f"/v1/coupons/{code.lower()}/confirmations"
    assert shop.world.post(path, as_=shop.author).status == 403
    assert shop.world.post(path, as_=shop.admin).code == "own_coupon"
    for _ in range(2):
        assert shop.world.post(path, as_=second).json["to_confirm"] is False
    assert shop.orders(shop.reader, shop.works["tides"], coupon=code).json["total"] == 0
    theirs, gone = made(shop), made(shop, platform=True, basis_points=10_000)
    assert withdraws(shop, gone, shop.admin, "/v1/coupons") == 204
    for code in (theirs, gone, "NONE"):
        assert shop.world.post(f"/v1/coupons/{code}/confirmations", as_=second).status == 404


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"most_uses": 3}, "amount"),
        ({"basis_points": 100, "amount": 100, "currency": "usd"}, "amount"),
        ({"amount": 100}, "currency"),
        ({"basis_points": 100, "currency": "usd"}, "currency"),
        ({"basis_points": 10_001}, "basis_points"),
        ({"basis_points": 0}, "basis_points"),
        ({"basis_points": 12.5}, "basis_points"),
        ({"amount": -1, "currency": "usd"}, "amount"),
        ({"amount": 100, "currency": "btc"}, "currency"),
        ({"basis_points": 100, "code": "a b c d"}, "code"),
        ({"basis_points": 100, "code": "abc"}, "code"),
        ({"basis_points": 100, "code": "spring\n"}, "code"),
        ({"basis_points": 100, "most_uses": 0}, "most_uses"),
        ({"basis_points": 100, "ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"basis_points": 100, "begins_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}, "ends_at"),
        ({"basis_points": 100, "begins_at": "0001-01-01T00:00:00+14:00"}, "begins_at"),
        ({"basis_points": 100, "ends_at": "9999-12-31T23:59:59-14:00"}, "ends_at"),
        ({"basis_points": 100, "ends_at": "2030-01-01T00:00:00"}, "ends_at"),
        ({"basis_points": 100, "works": []}, "works"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_field(shop, wanted, field):
    reply = makes(shop, **wanted)
    assert (reply.status, reply.code, field_of(reply)) == (422, "field_invalid", field), reply.body


def test_only_what_one_owns_can_be_made_cheaper(shop):
    bundle = a_bundle(shop, "tides", "winds")["bundle_id"]
    for named in ({"work_ids": [shop.works["winds"]]}, {"bundle_ids": [bundle]}, {"work_ids": [ids.new()]}):
        assert makes(shop, as_=shop.coauthor, **QUARTER, **named).code == "field_invalid", named
        assert makes(shop, **QUARTER, work_ids=[shop.works["tides"], shop.works["tides"]]).code == "field_invalid"
    assert makes(shop, platform=True, **QUARTER, bundle_ids=[bundle]).status == 201
    assert makes(shop, platform=True, **QUARTER, work_ids=[ids.new()]).code == "field_invalid"


def test_a_reader_makes_none_and_nobody_takes_back_anothers(shop):
    code = made(shop)
    assert makes(shop, as_=shop.reader).status == 403
    assert makes(shop, as_=shop.author, platform=True).status == 403
    assert withdraws(shop, code, shop.coauthor) == 404
    assert withdraws(shop, code, shop.author, "/v1/coupons") == 403
    assert shop.orders(shop.reader, shop.works["tides"], coupon=code).status == 201


def test_what_was_taken_back_cannot_be_used_and_what_was_ordered_with_it_keeps_its_price(shop):
    mine, taken = made(shop), made(shop)
    order = shop.ordered(shop.reader, shop.works["tides"], coupon=mine)
    assert withdraws(shop, mine.lower(), shop.author) == 204
    assert withdraws(shop, taken, shop.admin, "/v1/coupons") == 204
    assert [withdraws(shop, mine, shop.author), withdraws(shop, "NO-SUCH-CODE", shop.author)] == [404, 404]
    assert {shop.orders(shop.other, shop.works["tides"], coupon=code).code for code in (mine, taken)} == {
        "coupon_not_valid"
    }
    shop.pays(order)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], order["total"]) == ("paid", 675)
    shop.holds()
