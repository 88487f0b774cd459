"""A buyer who changes their mind, and a bank that was quicker."""

from chalicelib.orders.models import OrderRow


def canceled(shop, order, as_=None):
    return shop.world.post(f"/v1/orders/{order['order_id']}/cancellation", as_=as_ or shop.reader)


def test_an_unpaid_order_is_canceled_and_its_page_closed(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    for _ in range(2):
        reply = canceled(shop, order)
        assert (reply.status, reply.json["status"], reply.json["pay_at"]) == (200, "canceled", None)
    assert shop.session_of(order)["status"] == "expired"
    assert shop.pays(order) >= 400
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "canceled"
    shop.holds()


def test_a_payment_that_was_quicker_stands(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    reply = canceled(shop, order)
    assert (reply.status, reply.code) == (409, "too_late_to_cancel")
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.arrives()
    shop.holds()


def test_a_payment_under_way_cannot_be_canceled(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, "alipay", "later")
    assert canceled(shop, order).code == "too_late_to_cancel"
    assert shop.seen(shop.reader, order)["status"] == "processing"
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "paid"
    shop.holds()


def test_nobody_cancels_or_sees_the_order_of_another(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    assert canceled(shop, order, as_=shop.other).status == 404
    assert canceled(shop, order, as_=shop.admin).status == 404
    assert shop.world.get(f"/v1/me/orders/{order['order_id']}", as_=shop.other).status == 404
    assert shop.world.get("/v1/me/orders", as_=shop.other).json["items"] == []
    assert shop.world.post("/v1/orders/nothing/cancellation", as_=shop.reader).status == 404
    assert shop.seen(shop.reader, order)["status"] == "awaiting"


def test_an_order_canceled_while_its_page_was_being_opened_has_no_open_page(shop, monkeypatch):
    """Stripe takes its time; meanwhile the buyer, in another tab, cancels."""
    from chalicelib.payments import gateway

    opening = gateway.open_checkout

    def and_meanwhile(wanted):
        session = opening(wanted)
        assert canceled(shop, {"order_id": wanted.order_id}).json["status"] == "canceled"
        return session

    monkeypatch.setattr(gateway, "open_checkout", and_meanwhile)
    order = shop.orders(shop.reader, shop.works["tides"]).json
    assert (order["status"], order["pay_at"]) == ("canceled", None)
    assert shop.session_of(order)["status"] == "expired"
    shop.holds()


def test_a_webhook_that_is_quicker_than_stripes_answer_to_us_is_heard(shop, monkeypatch):
    from chalicelib.payments import gateway

    opening = gateway.open_checkout

    def and_paid_at_once(wanted):
        session = opening(wanted)
        shop.pays({"pay_at": session.url})
        shop.arrives()
        return session

    monkeypatch.setattr(gateway, "open_checkout", and_paid_at_once)
    order = shop.orders(shop.reader, shop.works["tides"], key="the-same-key").json
    assert order["status"] == "paid"
    assert shop.orders(shop.reader, shop.works["tides"], key="the-same-key").json == order
    assert shop.library(shop.reader) == [shop.works["tides"]]
    assert OrderRow.get(order["order_id"], "order").unfinished is None
    shop.holds()
