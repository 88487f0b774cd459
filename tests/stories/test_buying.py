"""From wanting a work to reading it."""

import pytest

from tests.builders import a_published_work


@pytest.mark.parametrize("method", ["card", "alipay", "wechat_pay"])
def test_a_reader_buys_a_work_and_reads_it(world, till, method):
    author, reader = world.author(), world.reader()
    work_id = a_published_work(world, author, prices={"usd": 900})

    order = till.ordered(reader, work_id, method=method)
    assert (order["status"], order["total"], order["written_total"]) == ("awaiting", 900, "US$9.00")
    assert order["methods"][0] == method
    assert till.library(reader) == []

    assert till.pays(order, method) == 303
    till.arrives()
    paid = till.seen(reader, order)
    assert paid["status"] == "paid"
    assert [moment["what"] for moment in paid["timeline"]] == ["placed", "awaiting_payment", "paid"]
    assert (paid["payments"][0]["method"], paid["payments"][0]["amount"]) == (method, 900)
    assert till.library(reader) == [work_id]
    assert till.sums() == {
        "stripe_pending usd": 900,
        f"author_held#{author.account_id} usd": -810,
        "commission usd": -90,
    }
    till.holds()

    till.settles()
    till.arrives()
    assert till.sums() == {
        "cash usd": 844,
        "processor_fee usd": 56,
        f"author_held#{author.account_id} usd": -810,
        "commission usd": -90,
    }
    till.holds()
    assert [mail["subject"] for mail in world.mails(reader.email)][-1] == f"Your Lyceum order {order['order_id']}"
