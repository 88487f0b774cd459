"""My orders, and the facts that others hear of them."""

import json

import pytest


def page(shop, cursor=None, **how):
    path = "/v1/me/orders?limit=2" + (f"&cursor={cursor}" if cursor else "")
    return shop.world.get(path, **how)


def test_my_orders_come_newest_first_page_by_page_one_call_each(shop):
    placed = []
    for name in ("tides", "winds", "gift"):
        placed.append(shop.ordered(shop.reader, shop.works[name])["order_id"])
        shop.world.clock.advance(seconds=1)
    with shop.world.platform.emulator.meter.counting() as calls:
        first = page(shop, as_=shop.reader).json
    assert calls.of("dynamodb") == {"Query": 1}
    second = page(shop, first["next_cursor"], as_=shop.reader).json
    assert [order["order_id"] for order in first["items"] + second["items"]] == placed[::-1]
    assert second["next_cursor"] is None
    assert page(shop, first["next_cursor"], as_=shop.other).code == "bad_cursor"


def test_one_order_is_one_consistent_call(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.seen(shop.reader, order)
    assert [each.call.name for each in exchanges] == ["dynamodb.Query"]
    assert json.loads(exchanges[0].request)["ConsistentRead"] is True


def test_settling_an_order_makes_two_calls(shop):
    from chalicelib.orders import hearing
    from chalicelib.payments.inbox import Event

    order = shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    shop.pays(order)
    shop.fake.deliver()
    event = next(event for event in shop.events() if event["type"] == "checkout.session.completed")
    with shop.world.platform.emulator.meter.counting() as calls:
        hearing.hear(Event(event["id"], event["type"], event["data"]["object"]["id"]))
    assert calls.of("dynamodb") == {"Query": 1, "TransactWriteItems": 1}


@pytest.mark.parametrize("work", ["tides", "gift"])
def test_a_paid_order_is_told_as_a_fact_with_one_id(shop, work):
    with shop.world.platform.emulator.meter.recording() as exchanges:
        shop.bought(shop.reader, shop.works[work]) if work == "tides" else shop.ordered(shop.reader, shop.works[work])
        shop.world.pump(duplicate=True)
    facts = [fact for each in exchanges if each.call.operation == "PublishBatch" for fact in told(each.request)]
    paid = [fact for fact in facts if fact["type"] == "order.paid"]
    assert len({fact["id"] for fact in paid}) == 1
    order = shop.world.get("/v1/me/orders", as_=shop.reader).json["items"][0]
    price = order["total"]
    assert paid[0]["subject"] == order["order_id"]
    assert paid[0]["data"]["buyer_id"] == shop.reader.account_id
    assert paid[0]["data"]["lines"] == [
        {"work_id": shop.works[work], "kind": "article", "subjects": [], "price": price, "currency": "usd"}
    ]


def told(request):
    from urllib.parse import parse_qs

    form = parse_qs(request.decode())
    return [json.loads(texts[0]) for name, texts in form.items() if name.endswith(".Message")]
