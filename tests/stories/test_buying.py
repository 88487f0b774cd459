"""From wanting a work to reading it."""

import pytest
import requests

from chalicelib.content import storage
from chalicelib.library import access
from tests.builders import a_published_work


def link(world, work_id, reader):
    file_id = access_of(work_id, reader).files[0].file_id if access_of(work_id, reader) else "0" * 26
    return world.get(f"/v1/me/works/{work_id}/files/{file_id}", as_=reader)


def access_of(work_id, reader):
    return access.read(reader.account_id, work_id)


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


def test_the_webhooks_come_twice_and_out_of_order_and_one_reader_reads_while_another_does_not(shop):
    """The main job's unruly evening: three readers, three methods, one who only looked."""
    work_id, readers = shop.works["tides"], [shop.reader, shop.other, shop.coauthor]
    for reader, method in zip(readers, ["card", "alipay", "wechat_pay"], strict=True):
        order = shop.ordered(reader, work_id, currency="cny")
        assert shop.pays(order, method) == 303
    shop.settles()
    shop.arrives(order="shuffled", times=2, seed=3)
    storage.write(access_of(work_id, shop.reader).files[0].key, "The sea rises.", "text/markdown")
    for reader in readers:
        assert requests.get(link(shop.world, work_id, reader).json["url"], timeout=10).text == "The sea rises."
    assert link(shop.world, work_id, shop.reviewer).code == "no_access"
    assert shop.journals() == ["J1"] * 3 + ["J1s"] * 3
    assert shop.sums()[f"author_held#{shop.author.account_id} cny"] == -3 * 5_850
    shop.holds()
