"""What costs nothing goes the same way, without Stripe and without a journal."""

import pytest

from tests.crashes import Cut, cut


def test_a_free_work_is_mine_at_once(shop):
    order = shop.ordered(shop.reader, shop.works["gift"])
    assert (order["status"], order["total"], order["pay_at"]) == ("paid", 0, None)
    assert [moment["what"] for moment in order["timeline"]] == ["placed", "paid"]
    assert shop.library(shop.reader) == [shop.works["gift"]]
    assert shop.every("checkout.session") == []
    assert shop.journals() == []
    shop.holds()
    assert shop.world.mails(shop.reader.email)[-1]["subject"] == f"Your Lyceum order {order['order_id']}"


def test_a_free_work_beside_a_paid_one_waits_for_the_payment(shop):
    order = shop.ordered(shop.reader, shop.works["gift"], shop.works["tides"])
    assert shop.library(shop.reader) == []
    assert [item["amount_total"] for item in shop.fake.state.lines[shop.session_of(order)["id"]]] == [900]
    shop.pays(order)
    shop.arrives()
    assert sorted(shop.library(shop.reader)) == sorted([shop.works["gift"], shop.works["tides"]])
    shop.holds()


def test_asking_again_with_the_key_of_a_free_order_gives_the_same_order(shop):
    first = shop.orders(shop.reader, shop.works["gift"], key="the-same-key")
    second = shop.orders(shop.reader, shop.works["gift"], key="the-same-key")
    assert (second.status, second.json) == (201, first.json)
    assert second.headers["Idempotency-Replayed"] == "true"
    shop.holds()


def test_a_free_order_that_was_canceled_is_not_given_after_all(shop):
    """The process breaks off between the order and its goods; the buyer cancels, then sends the first request again."""
    with cut() as wire:
        shop.ordered(shop.other, shop.works["gift"])
    recorded = wire.calls.index("TransactWriteItems") + 1
    with pytest.raises(Cut), cut(recorded, done=True):
        shop.orders(shop.reader, shop.works["gift"], key="the-same-key")
    [order] = shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]
    canceled = shop.world.post(f"/v1/orders/{order['order_id']}/cancellation", as_=shop.reader)
    assert canceled.json["status"] == "canceled"
    shop.world.clock.advance(seconds=61)
    assert shop.orders(shop.reader, shop.works["gift"], key="the-same-key").json["status"] == "canceled"
    assert shop.library(shop.reader) == []
    shop.holds()
