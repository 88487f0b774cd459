"""From registration to recommendation, in one life, with every message delivered twice and out of order."""

from typing import Any

import pytest

from chalicelib.core import clock, ids
from tests.till import Shop


def lives(shop: Shop, shuffle: int) -> str:
    """A reader buys a work, reads on, rates it, changes their mind; the work that all of it was about."""
    world, reader, work_id = shop.world, shop.reader, shop.works["tides"]
    order = shop.ordered(reader, work_id)
    shop.pays(order)
    shop.fake.deliver(order="shuffled", times=2, seed=shuffle)
    pump(shop, shuffle)
    for rating in (0, 4):
        reply = world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": rating, "text": "涨知识"}, as_=reader)
        assert reply.status == 200, reply.body
    moment = {"occurred_at": clock.rfc3339(clock.now()), "work_id": work_id}
    events = [
        {"kind": "view", "event_id": ids.new(), **moment},
        {"kind": "progress", "event_id": ids.new(), "fraction": 0.5, **moment},
    ]
    assert world.post("/v1/interactions", {"events": events}, as_=reader).status < 300
    pump(shop, shuffle + 1)
    return work_id


def pump(shop: Shop, shuffle: int) -> None:
    shop.world.pump(duplicate=True, shuffle=shuffle)


@pytest.mark.parametrize("shuffle", range(3))
def test_what_a_reader_does_reaches_every_room_once(shop: Shop, shuffle: int) -> None:
    world, reader = shop.world, shop.reader
    work_id = lives(shop, shuffle)
    page = world.get(f"/v1/works/{work_id}").json
    assert (page["rating"]["count"], page["rating"]["sum"]) == (1, 4)
    assert shop.library(reader) == [work_id]
    kinds = [item["kind"] for item in world.get("/v1/me/history", as_=reader).json["items"]]
    assert sorted(kinds) == ["progress", "purchase", "rating", "view"]
    mine = world.get(f"/v1/me/works/{work_id}", as_=reader).json
    assert mine["progress"]["fraction"] == 0.5
    best = world.get("/v1/recommendations").json["items"][0]["work"]["work_id"]
    assert best == work_id
    own = [pick["work"]["work_id"] for pick in world.get("/v1/me/recommendations", as_=reader).json["items"]]
    assert work_id not in own
    assert len(world.mails(reader.email)) == 1
    shop.holds()


def test_every_stored_item_carries_the_version_of_its_shape(shop: Shop) -> None:
    lives(shop, 7)
    dynamodb = shop.world.platform.client("dynamodb")
    seen: dict[str, int] = {}
    for table in dynamodb.list_tables()["TableNames"]:
        for item in dynamodb.scan(TableName=table)["Items"]:
            assert "v" in item, (table, item)
            seen[table] = seen.get(table, 0) + 1
    assert {name.removeprefix("lyceum-dev-") for name in seen} >= EXPECTED


EXPECTED: set[Any] = {
    "accounts", "audit", "inbox", "interactions", "ledger", "library", "limits", "orders", "outbox",
    "recommendations", "reviews", "works", "idempotency",
}  # fmt: skip
