"""Placing an order."""

import pytest


def test_an_order_says_what_was_ordered_and_where_to_pay_it(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], shop.works["winds"])
    assert (order["status"], order["currency"], order["total"]) == ("awaiting", "usd", 1_901)
    assert [(work["title"], work["price"], work["version"]) for work in order["works"]] == [
        ("On tides", 900, 1),
        ("On winds", 1_001, 1),
    ]
    session = shop.session_of(order)
    assert order["pay_at"] == session["url"]
    assert order["methods"] == session["payment_method_types"] == ["card", "alipay", "wechat_pay"]
    assert session["amount_total"] == 1_901
    assert session["metadata"] == {"order_id": order["order_id"]}
    assert 30 * 60 <= session["expires_at"] - session["created"] <= 60 * 60
    shop.holds()
