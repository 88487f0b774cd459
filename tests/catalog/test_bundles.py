"""An author sells several of their works at one price; everyone sees the bundle as its works are now."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core import ids
from tests.catalog.interleaving import meanwhile
from tests.till import Shop

PRICES = {"usd": 1_500}


def makes(shop, *names, as_=None, **wanted):
    """The author makes a bundle of these works."""
    said = {"title": "Sea and sky", "language": "en", "prices": PRICES, **wanted}
    body = {"work_ids": [shop.works.get(name, name) for name in names], **said}
    return shop.world.post("/v1/bundles", body, as_=as_ or shop.author)


def made(shop, *names, **wanted):
    reply = makes(shop, *names, **wanted)
    assert reply.status == 201, reply.body
    return reply.json


def field_of(reply):
    """The field at fault."""
    return reply.json["errors"][0]["field"]


def test_everyone_sees_a_bundle_and_its_works_as_they_are_now(shop: Shop) -> None:
    bundle = made(shop, "tides", "winds", summary="Both of them.")
    page = shop.world.get(f"/v1/bundles/{bundle['bundle_id']}")
    assert (page.json["bundle"], page.json["for_sale"]) == (bundle, True)
    assert [work["prices"]["usd"] for work in page.json["works"]] == [900, 1_001]
    assert page.headers["Cache-Control"] == "public, max-age=60"
    shop.withdraws(shop.works["winds"])
    page = shop.world.get(f"/v1/bundles/{bundle['bundle_id']}").json
    assert ([work["work_id"] for work in page["works"]], page["for_sale"]) == ([shop.works["tides"]], False)


def test_an_authors_bundles_are_listed_the_newest_first_and_are_no_works(shop: Shop) -> None:
    path = f"/v1/authors/{shop.author.account_id}/bundles"
    listed = []
    for _ in range(3):
        listed.insert(0, made(shop, "tides", "winds")["bundle_id"])
        shop.world.clock.advance(seconds=1)
    first = shop.world.get(f"{path}?limit=2").json
    rest = shop.world.get(f"{path}?limit=2&cursor={first['next_cursor']}").json
    assert [bundle["bundle_id"] for bundle in first["items"] + rest["items"]] == listed
    assert shop.world.get(f"/v1/authors/{shop.coauthor.account_id}/bundles").json["items"] == []
    works = [work["work_id"] for work in shop.world.get("/v1/works").json["items"]]
    assert sorted(works) == sorted(shop.works.values())
    assert shop.world.get(f"/v1/works/{listed[0]}").status == 404
    assert shop.world.post(f"/v1/works/{listed[0]}/drafts", as_=shop.author).status == 404
    bad = shop.world.get(f"/v1/authors/{shop.coauthor.account_id}/bundles?cursor={first['next_cursor']}")
    assert bad.code == "bad_cursor"


@pytest.mark.parametrize(
    ("names", "wanted", "field"),
    [
        (["tides", "tides"], {}, "work_ids"),
        (["tides"], {}, "work_ids"),
        (["tides", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], {}, "work_ids"),
        (["tides", "x"], {}, "work_ids"),
        (["tides", "winds"], {"prices": {}}, "prices"),
        (["tides", "winds"], {"prices": {"usd": 49}}, "prices.usd"),
        (["tides", "winds"], {"prices": {"usd": -1}}, "prices"),
        (["tides", "winds"], {"prices": {"usd": 9.5}}, "prices"),
        (["tides", "winds"], {"prices": {"usd": 900, "jpy": 900}}, "prices.jpy"),
        (["tides", "winds"], {"prices": {"usd": 0, "jpy": 900}}, "prices"),
        (["tides", "winds"], {"prices": {"btc": 900}}, "prices"),
        (["tides", "winds"], {"title": "a\u202eb"}, "title"),
        (["tides", "winds"], {"owner_id": "me"}, "owner_id"),
    ],
)
def test_what_no_bundle_can_be_is_refused_with_the_field(shop: Shop, names, wanted, field) -> None:
    reply = makes(shop, *names, **wanted)
    assert (reply.status, reply.code) == (422, "field_invalid"), reply.body
    assert field_of(reply).startswith(field), reply.body


def test_a_bundle_holds_own_published_works_alone(shop: Shop) -> None:
    assert makes(shop, "tides", "winds", as_=shop.coauthor).code == "field_invalid"
    assert makes(shop, "tides", "winds", as_=shop.reader).status == 403
    shop.withdraws(shop.works["winds"])
    assert field_of(makes(shop, "tides", "winds")) == "work_ids"
    assert makes(shop, *[ids.new() for _ in range(21)]).code == "field_invalid"


def test_only_its_author_changes_or_withdraws_a_bundle(shop: Shop) -> None:
    bundle = made(shop, "tides", "winds")
    path = f"/v1/bundles/{bundle['bundle_id']}"
    changed = shop.world.patch(path, {"prices": {"usd": 1_200}, "title": "Less"}, as_=shop.author)
    assert changed.json == bundle | {"prices": {"usd": 1_200}, "title": "Less"}
    assert shop.world.get(path).json["bundle"] == changed.json
    for other, status in ((shop.coauthor, 404), (shop.reader, 403)):
        assert shop.world.patch(path, {"title": "Mine"}, as_=other).status == status
        assert shop.world.post(f"{path}/withdrawals", as_=other).status == status
    assert field_of(shop.world.patch(path, {"prices": {"cny": 6_500}}, as_=shop.author)) == "prices.cny"
    assert shop.world.post(f"{path}/withdrawals", as_=shop.author).status == 204
    assert [shop.world.get(path).status, shop.world.patch(path, {"title": "X"}, as_=shop.author).status] == [404, 404]
    assert shop.world.get(f"/v1/authors/{shop.author.account_id}/bundles").json["items"] == []


def test_an_admin_takes_any_bundle_down_and_its_works_stay(shop: Shop) -> None:
    bundle = made(shop, "tides", "winds")
    path = f"/v1/bundles/{bundle['bundle_id']}"
    assert shop.world.post(f"{path}/takedowns", {"reason": "rude"}, as_=shop.author).status == 403
    replies = [shop.world.post(f"{path}/takedowns", {"reason": "rude"}, as_=shop.admin).status for _ in range(2)]
    assert (replies, shop.world.get(path).status) == ([204, 404], 404)
    assert shop.world.get(f"/v1/works/{shop.works['tides']}").status == 200


def test_a_change_of_what_changed_meanwhile_is_refused(shop: Shop) -> None:
    """Works and prices are judged together: each change is of what it has seen."""
    bundle = made(shop, "tides", "winds")
    path = f"/v1/bundles/{bundle['bundle_id']}"
    with meanwhile(lambda: shop.world.patch(path, {"prices": {"usd": 700}}, as_=shop.author)) as answers:
        late = shop.world.patch(path, {"title": "Late"}, as_=shop.author)
    assert (answers[0].status, late.status, late.code) == (200, 409, "conflict")
    assert shop.world.get(path).json["bundle"] == bundle | {"prices": {"usd": 700}}


def test_of_changes_at_once_none_undoes_another(shop: Shop) -> None:
    bundle = made(shop, "tides", "winds")
    path = f"/v1/bundles/{bundle['bundle_id']}"
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: shop.world.patch(path, {"title": f"T{n}"}, as_=shop.author), range(16)))
    told = [reply.json["title"] for reply in replies if reply.status == 200]
    assert {reply.status for reply in replies} <= {200, 409} and told
    assert shop.world.get(path).json["bundle"]["title"] in told
