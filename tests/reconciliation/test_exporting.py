"""The settlement export is Stripe's own list of balance transactions: to the cent, in every currency, both ways."""

import csv
import io
from collections import Counter

from chalicelib.core import clock
from chalicelib.core.money import CURRENCIES
from infra.local.fake_stripe import balance, cards, disputes, payouts, refunds, topups, transfers
from tests.orders.test_refunds import asks, decides, settled
from tests.reconciliation.test_comparing import compares, found
from tests.settlement.test_payouts import opens, passes
from tests.till import Shop


def export(shop: Shop, period: str):
    shop.signs_everybody_in()
    reply = shop.world.get(f"/v1/admin/settlements/{period}/csv", as_=shop.admin)
    assert reply.status == 200, reply.body
    rows = list(csv.DictReader(io.StringIO(reply.body.lstrip("\ufeff"))))
    return [row for row in rows if row["type"] != "sum"], [row for row in rows if row["type"] == "sum"]


def minor(row, name: str) -> int:
    whole, _, part = row[name].partition(".")
    assert len(part) == CURRENCIES[row["currency"].lower()].decimals
    return int(whole + part)


def months(shop: Shop):
    return dict.fromkeys(month_of(one) for one in shop.every("balance_transaction"))


def month_of(transaction) -> str:
    return clock.rfc3339(clock.of(transaction["created"]))[:7]


def a_history(shop: Shop) -> None:
    """Cards and wallets in three currencies, of which yen are kept and yuan exchanged; refunds in part, whole and
    failed; disputes won and lost; transfers, reversals, payouts, one that came back; and what nothing explains."""
    shop.fake.merchant.keeps = ("jpy",)
    shop.fake.merchant.dispute_fee = 50
    shop.fake.merchant.available_after = 0
    opens(shop)
    opens(shop, shop.coauthor, country="DE")
    ours, copies = shop.works["tides"], shop.copies(shop.works["tides"], 8)
    bought = [settled(shop, shop.bought(shop.reader, ours))]
    for number, (currency, method) in enumerate(
        (("usd", "alipay"), ("cny", "card"), ("cny", "wechat_pay"), ("jpy", "card"), ("jpy", "alipay"), ("jpy", "card"))
    ):
        bought.append(settled(shop, shop.bought(shop.other, copies[number], currency=currency, method=method)))
    settled(shop, shop.bought(shop.other, shop.works["winds"]))
    for number, amount in ((2, 1_000), (4, 333), (1, None)):
        part = {"work_id": copies[number - 1]} | ({"amount": amount} if amount else {})
        request = asks(shop, bought[number], f"refund-key-{number}", shop.other, works=[part])
        assert request.status == 201, request.body
        if request.json["reasons"]:
            assert decides(shop, bought[number], request.json, approve=True).status == 200
        shop.world.pump()
        shop.arrives()
        shop.later(minutes=2)
        shop.arrives()
        shop.signs_everybody_in()
    fails = shop.ordered(shop.other, copies[6], currency="cny")
    shop.pays(fails, card=cards.REFUND_FAILS_LATE)
    settled(shop, fails)
    for heard in (True, False):
        refunds.create(shop.fake, {"payment_intent": shop.session_of(fails)["payment_intent"], "amount": 6_500})
        if heard:
            shop.arrives()
        shop.fake.merchant.rates["cny"] *= 2
        shop.later(days=1)
        shop.arrives()
    charges = {one["payment_intent"]: one["id"] for one in shop.every("charge")}
    for order, end in ((bought[6], "won"), (bought[3], "lost"), (bought[0], "won")):
        dispute = disputes.open_dispute(shop.fake, charges[shop.session_of(order)["payment_intent"]])
        shop.arrives()
        disputes.move(shop.fake, dispute["id"], end)
        shop.arrives()
    passes(shop, days=17)
    passes(shop, days=2)
    paid = {one["currency"]: one for one in shop.every("transfer")}
    assert paid.keys() == {"usd", "jpy"}
    transfers.reverse(shop.fake, {"amount": 77}, paid["usd"]["id"])
    for currency in ("usd", "jpy"):
        payouts.create(shop.fake, {"amount": balance.available(shop.fake, currency) // 3, "currency": currency})
    payouts.fail(shop.fake, shop.every("payout")[-1]["id"])
    shop.arrives()
    topups.create(shop.fake, {"amount": 5_000, "currency": "usd"})
    shop.arrives()
    balance.make(shop.fake, -250, "stripe_fee")
    balance.make(shop.fake, 1_234, "adjustment", 34, "jpy")
    compares(shop)


def test_the_export_is_stripes_list_to_the_cent_in_every_currency(shop):
    a_history(shop)
    assert found(shop) == set()
    lines, sums = [], Counter()
    for month in months(shop):
        some, totals = export(shop, month)
        lines += some
        for total in totals:
            sums[total["currency"]] += minor(total, "net")
    exported = {
        row["transaction"]: (
            row["type"],
            *(minor(row, name) for name in ("gross", "fee", "net")),
            row["currency"].lower(),
        )
        for row in lines
    }
    told = {
        one["id"]: (one["type"], one["amount"], one["fee"], one["net"], one["currency"])
        for one in shop.every("balance_transaction")
    }
    assert exported == told
    assert len(lines) == len(told) > 25
    kinds = {row["journal"].partition("#")[0] for row in lines}
    assert kinds == {"J1s", "J2", "J2r", "J3", "J3r", "J4", "J5", "J7", "J8", "J9", "J9r", "J10", "JX"}
    there = Counter()
    for one in told.values():
        there[one[-1].upper()] += one[3]
    assert sums == there
    assert set(there) == {"USD", "JPY"}
    booked = shop.sums()
    assert {name: booked[f"cash {name.lower()}"] for name in there} == there


def test_an_export_says_what_each_movement_is_about_and_is_read_in_pages(shop):
    shop.fake.merchant.available_after = 0
    opens(shop)
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    passes(shop, days=17)
    (sale, transfer) = [row for month in months(shop) for row in export(shop, month)[0]]
    assert (sale["order"], sale["payee"], sale["net"]) == (order["order_id"], "", "8.44")
    assert (transfer["order"], transfer["payee"], transfer["net"]) == ("", shop.author.account_id, "-8.10")
    day = transfer["at"][:10]
    view = shop.world.get(f"/v1/admin/settlements/{day}", as_=shop.admin).json
    assert view["currencies"] == [
        {"currency": "usd", "movements": 1, "gross": -810, "fee": 0, "net": -810, "by_type": {"transfer": -810}}
    ]
    balance.make(shop.fake, 5)
    compares(shop)
    today = transfer["at"][:7]
    first = shop.world.get(f"/v1/admin/settlements/{today}/lines?limit=1", as_=shop.admin).json
    rest = shop.world.get(f"/v1/admin/settlements/{today}/lines?cursor={first['next_cursor']}", as_=shop.admin).json
    told = [one["id"] for one in shop.every("balance_transaction") if month_of(one) == today]
    assert [one["transaction_id"] for one in first["items"] + rest["items"]] == told
    for wrong in ("2099-01", "2026-02-30", "2026-13", "nonsense"):
        assert shop.world.get(f"/v1/admin/settlements/{wrong}/csv", as_=shop.admin).status == 404
    assert shop.world.get(f"/v1/admin/settlements/{today}/csv", as_=shop.author).status == 403
