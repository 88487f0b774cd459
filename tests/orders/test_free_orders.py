"""What costs nothing goes the same way, without Stripe and without a journal."""


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
