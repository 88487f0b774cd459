"""The tax that is in a price: frozen with the order, nobody's share, in the book, and declared at Stripe once."""

import pytest

from chalicelib.core import clock
from chalicelib.orders.jobs import carry_out
from chalicelib.orders.models import LineRow, OrderRow
from chalicelib.outbox.models import Task
from infra.local.fake_stripe import idempotency, refunds
from infra.local.functions import Context
from tests.builders import a_message
from tests.catalog.test_bundles import field_of
from tests.catalog.test_bundles import made as a_bundle
from tests.coupons.test_issuing import made as a_coupon
from tests.crashes import Cut, cut
from tests.orders.test_crashes import BEFORE_AND_AFTER, named
from tests.orders.test_disputes import becomes, disputed, disputed_charge
from tests.orders.test_passes import makes as a_pass
from tests.orders.test_refunds import LATE_FAILURE, asks, gets_back, settled
from tests.orders.test_subscriptions import asks_to, renews_soon

GERMANY, JAPAN = {"country": "DE"}, {"country": "JP"}
RECORD, REVERSE = "/v1/tax/transactions/create_from_calculation", "/v1/tax/transactions/create_reversal"


@pytest.fixture(autouse=True)
def stripe_tax(monkeypatch):
    monkeypatch.setenv("TAX", "stripe")


def bought(shop, *names, where=GERMANY, card=None, **how):
    works = [shop.works[name] for name in names]
    order = shop.ordered(shop.reader, *works, billing_address=where, **how)
    assert shop.pays(order, **({"card": card} if card else {})) == 303
    shop.arrives()
    return settled(shop, shop.seen(shop.reader, order))


def declared(shop):
    """What Stripe Tax knows, as (reference, amount, tax), oldest first."""
    return [(each["reference"], *_sums(shop, each)) for each in shop.every("tax.transaction")]


def _sums(shop, transaction):
    lines = shop.fake.state.lines[transaction["id"]]
    return sum(line["amount"] for line in lines), sum(line["amount_tax"] for line in lines)


def tax_account(shop):
    return shop.sums().get("tax usd", 0)


def is_square(shop):
    """Nothing is left of the sale, in the book or at Stripe Tax."""
    assert [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))] == []
    assert [sum(each[1] for each in declared(shop)), sum(each[2] for each in declared(shop))] == [0, 0]
    shop.holds()


# What is frozen


def test_the_tax_is_in_the_price_that_the_buyer_saw_and_is_nobodys_share(shop):
    order = bought(shop, "tides", "winds")
    assert (order["total"], order["payments"][0]["amount"], order["tax"]) == (1_901, 1_901, 144 + 160)
    assert order["taxes"] == [
        {"work_id": shop.works[name], "inclusive": True, "rate": "19.0", "amount": amount, "jurisdiction": "DE",
         "source": "stripe"}
        for name, amount in (("tides", 144), ("winds", 160))
    ]  # fmt: skip
    sums = shop.sums()
    author, coauthor = (f"author_held#{each.account_id} usd" for each in (shop.author, shop.coauthor))
    assert (sums["tax usd"], sums["commission usd"]) == (-304, -76 - 84)  # a tenth of 756 and of 841
    assert (sums[author], sums[coauthor]) == (-680 - 505, -252)
    shop.holds()


def test_authors_see_the_tax_of_a_sale_and_their_statement_is_whole_without_it(shop):
    order = bought(shop, "winds")
    [line] = shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=shop.coauthor).json["lines"]
    assert (line["gross"], line["tax"], line["commission"], sum(line["shares"].values())) == (1_001, 160, 84, 757)
    assert line["share"] == 252
    sales = shop.world.get("/v1/me/sales", as_=shop.coauthor).json["items"]
    assert [sale["share"] for sale in sales] == [252]
    gets_back(shop, order, works=[{"work_id": shop.works["winds"], "amount": 500}])
    shop.arrives()
    month = clock.rfc3339(clock.now())[:7]
    [sums] = shop.world.get(f"/v1/me/statements/{month}", as_=shop.coauthor).json["currencies"]
    assert (sums["sales"], sums["refunds"], sums["closing"], sums["held"]) == (252, -126, 126, 126)


def test_the_code_of_a_kind_decides_and_a_place_may_have_two_taxes(shop):
    book = shop.publishes(kind="book", title="A book", prices={"usd": 1_070})
    order = shop.ordered(shop.reader, book, shop.works["tides"], billing_address=GERMANY)
    assert [(tax["rate"], tax["amount"]) for tax in order["taxes"]] == [("7.0", 70), ("19.0", 144)]
    both = {"country": "CA", "state": "QC", "postal_code": "H2X 1Y4"}
    order = shop.ordered(shop.other, shop.works["tides"], billing_address=both)
    assert [(tax["rate"], tax["jurisdiction"], tax["amount"]) for tax in order["taxes"]] == [("14.975", "CA-QC", 117)]
    asked = shop.every("tax.calculation")[-1]["customer_details"]
    assert (asked["address"]["postal_code"], asked["address_source"]) == ("H2X 1Y4", "billing")


def test_a_place_where_nothing_is_collected_has_no_tax_and_is_declared_all_the_same(shop):
    order = bought(shop, "tides", where={"country": "US", "postal_code": "10001"})
    [tax] = order["taxes"]
    assert (order["tax"], tax["rate"], tax["jurisdiction"], tax["source"]) == (0, "0", "US", "stripe")
    assert (tax_account(shop), declared(shop)) == (0, [(order["order_id"], 900, 0)])
    shop.holds()


def test_whole_yen_stay_whole(shop):
    order = bought(shop, "tides", where=JAPAN, currency="jpy")
    assert (order["tax"], shop.sums()["tax jpy"]) == (82, -82)
    asks(shop, order)
    shop.arrives()
    is_square(shop)


def test_a_coupon_lowers_what_is_taxed(shop):
    order = bought(shop, "tides", coupon=a_coupon(shop, basis_points=3_333))
    assert (order["total"], order["tax"], tax_account(shop)) == (601, 96, -96)
    assert declared(shop) == [(order["order_id"], 601, 96)]
    shop.holds()


def test_bundles_passes_and_gifts_are_taxed_line_by_line_like_anything(shop):
    bundle, period = a_bundle(shop, "tides", "winds")["bundle_id"], a_pass(shop).json["pass_id"]
    order = shop.ordered(shop.reader, bundle_ids=[bundle], pass_id=period, gift=True, billing_address={"country": "GB"})
    lines = list(LineRow.query(order["order_id"], LineRow.row.startswith("line#")))
    assert [line.tax["amount"] for line in lines] == [round(line.price / 6) for line in lines]
    assert all(sum(line.author_amounts.values()) + line.commission + line.tax["amount"] == line.price for line in lines)
    shop.pays(order)
    shop.arrives()
    assert tax_account(shop) == -order["tax"] == -sum(line.tax["amount"] for line in lines)
    assert declared(shop) == [(order["order_id"], order["total"], order["tax"])]
    shop.holds()


def test_many_lines_are_all_told_of_though_an_object_shows_ten(shop):
    copies = shop.copies(shop.works["tides"], 15)
    order = shop.ordered(shop.reader, *copies, billing_address=GERMANY)
    assert [tax["amount"] for tax in order["taxes"]] == [144] * 15
    shop.pays(order)
    shop.arrives()
    known = OrderRow.get(order["order_id"], "order").tax_declared[order["order_id"]]
    assert len(known["lines"]) == 15
    shop.holds()


def test_a_receipt_says_what_of_the_total_is_tax(shop):
    bought(shop, "tides")
    assert "US$9.00 (of which US$1.44 tax)" in shop.world.mails(shop.reader.email)[-1]["text"]


# What is asked


@pytest.mark.parametrize(
    ("where", "code", "field"),
    [
        (None, "billing_address_missing", "billing_address"),
        ({"country": "US"}, "billing_address_unknown", "billing_address"),
        ({"country": "Germany"}, "field_invalid", "billing_address.country"),
        ({"country": "DE", "state": "b y"}, "field_invalid", "billing_address.state"),
        ({"country": "DE", "street": "x"}, "field_invalid", "billing_address.street"),
    ],
)
def test_an_order_whose_buyers_place_is_not_known_is_refused_and_not_written(shop, where, code, field):
    reply = shop.orders(shop.reader, shop.works["tides"], billing_address=where)
    assert (reply.status, reply.code, field_of(reply)) == (422, code, field), reply.body
    assert shop.world.get("/v1/me/orders", as_=shop.reader).json["items"] == []
    assert shop.every("checkout.session") == []


def test_what_costs_nothing_asks_nobody_and_needs_no_place(shop):
    free = shop.ordered(shop.reader, shop.works["gift"])
    given = shop.ordered(shop.reader, shop.works["tides"], coupon=a_coupon(shop, basis_points=10_000))
    assert (free["status"], given["status"], shop.every("tax.calculation")) == ("paid", "paid", [])
    assert [tax["source"] for tax in free["taxes"]] == ["none"]
    order = shop.ordered(shop.other, shop.works["gift"], shop.works["tides"], billing_address=GERMANY)
    assert [(tax["source"], tax["amount"]) for tax in order["taxes"]] == [("none", 0), ("stripe", 144)]
    assert len(shop.every("tax.calculation")) == 1
    shop.holds()


def test_switched_off_nobody_is_asked_and_nothing_is_declared(shop, monkeypatch):
    monkeypatch.delenv("TAX")
    with cut() as wire:
        order = shop.ordered(shop.reader, shop.works["tides"])
    assert not [call for call in wire.calls if "/v1/tax/" in call]
    shop.pays(order)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["tax"], shop.every("tax.transaction"), tax_account(shop)) == (0, [], 0)
    assert not OrderRow.get(order["order_id"], "order").tax_calculation
    shop.holds()


def test_a_setting_that_is_neither_sells_nothing(shop, monkeypatch):
    monkeypatch.setenv("TAX", "strip")
    assert shop.orders(shop.reader, shop.works["tides"], billing_address=GERMANY).status == 500


def test_an_order_keeps_its_tax_when_it_is_switched_off_before_it_is_paid(shop, monkeypatch):
    order = shop.ordered(shop.reader, shop.works["tides"], billing_address=GERMANY)
    monkeypatch.delenv("TAX")
    shop.pays(order)
    shop.arrives()
    assert (tax_account(shop), declared(shop)) == (-144, [(order["order_id"], 900, 144)])


def test_a_quote_asks_nobody_for_the_total_is_the_same(shop):
    body = {"work_ids": [shop.works["tides"]], "currency": "usd"}
    assert shop.world.post("/v1/quotes", body, as_=shop.reader).json["total"] == 900
    body["billing_address"] = GERMANY
    assert shop.world.post("/v1/quotes", body, as_=shop.reader).json["total"] == 900
    assert shop.every("tax.calculation") == []


@pytest.mark.parametrize(("kind", "times"), [("refuse", 2), ("drop_before", 2), ("fail", 1), ("fail_after", 1)])
def test_a_stripe_tax_that_does_not_answer_delays_the_order_only(shop, kind, times):
    shop.fails(kind, "POST", "/v1/tax/calculations", times=times)
    how = {"billing_address": GERMANY, "key": "the-same-key"}
    reply = shop.orders(shop.reader, shop.works["tides"], **how)
    assert (reply.status, reply.code) == (503, "provider_unavailable")
    assert shop.world.get("/v1/me/orders", as_=shop.reader).json["items"] == []
    order = shop.ordered(shop.reader, shop.works["tides"], **how)
    assert (order["tax"], len(shop.every("checkout.session"))) == (144, 1)
    shop.holds()


PLACING = ["BatchGetItem", "UpdateItem", "BatchGetItem", "post /v1/tax/calculations", "TransactWriteItems"]
PLACING += ["post /v1/checkout/sessions", "TransactWriteItems"]


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(PLACING) + 1))
def test_a_reader_whose_taxed_order_broke_off_asks_again_and_gets_it_once(shop, at, done):
    how = {"billing_address": GERMANY, "key": "the-same-key"}
    with pytest.raises(Cut), cut(at, done=done) as wire:
        shop.orders(shop.reader, shop.works["tides"], **how)
    assert named(wire) == PLACING[:at]
    shop.world.clock.advance(seconds=61)
    order = shop.ordered(shop.reader, shop.works["tides"], **how)
    assert len(shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]) == 1
    shop.pays(order)
    shop.arrives()
    assert (declared(shop), tax_account(shop)) == ([(order["order_id"], 900, 144)], -144)
    shop.holds()


# What goes back


def test_parts_go_back_until_all_of_it_did_and_nothing_is_left_of_the_tax(shop):
    order = bought(shop, "winds")
    for number, amount in enumerate((1, 333, 166, 500, 1)):
        part = {"work_id": shop.works["winds"], "amount": amount}
        assert gets_back(shop, order, key=f"refund-key-{number}", works=[part]).status == 201
        shop.arrives()
        assert tax_account(shop) == -sum(each[2] for each in declared(shop))
        shop.holds()
    assert [each["id"] for each in shop.every("refund")] == [each[0] for each in declared(shop)[1:]]
    assert [each[1] for each in declared(shop)] == [1_001, -1, -333, -166, -500, -1]
    is_square(shop)


def test_a_work_of_a_cart_goes_back_with_its_own_tax(shop):
    book = shop.publishes(kind="book", title="A book", prices={"usd": 1_070})
    order = settled(shop, shop.bought(shop.reader, book, shop.works["tides"], billing_address=GERMANY))
    asks(shop, order, works=[{"work_id": book}])
    shop.arrives()
    assert declared(shop)[1:] == [(shop.every("refund")[0]["id"], -1_070, -70)]
    assert tax_account(shop) == -144
    asks(shop, order, key="refund-key-2")
    shop.arrives()
    is_square(shop)


def test_a_refund_that_fails_late_is_undone_and_can_be_asked_for_again(shop):
    order = bought(shop, "tides", card=LATE_FAILURE)
    asks(shop, order)
    shop.arrives()
    assert tax_account(shop) == 0
    shop.later(minutes=6)
    shop.arrives()
    refund = shop.every("refund")[0]["id"]
    assert [each[0] for each in declared(shop)] == [order["order_id"], refund, f"{refund}-undone"]
    assert sum(each[2] for each in declared(shop)) == 144 == -tax_account(shop)
    shop.signs_everybody_in()
    asks(shop, order, key="refund-key-2")
    shop.arrives()
    is_square(shop)


def test_a_refund_made_at_stripe_itself_is_declared_too(shop):
    order = bought(shop, "tides", "winds")
    intent = shop.every("payment_intent")[0]["id"]
    refunds.create(shop.fake, {"payment_intent": intent, "amount": 700})
    shop.arrives()
    assert [each[1] for each in declared(shop)] == [1_901, -700]
    assert tax_account(shop) == -sum(each[2] for each in declared(shop))
    asks(shop, order)
    shop.arrives()
    is_square(shop)


def test_a_lost_dispute_takes_the_tax_back_once(shop):
    order = bought(shop, "winds")
    dispute = disputed(shop, order)
    shop.arrives()
    assert len(declared(shop)) == 1
    becomes(shop, dispute, "under_review", "lost")
    assert declared(shop)[1:] == [(dispute, -1_001, -160)]
    is_square(shop)


def test_a_dispute_that_is_won_after_it_was_lost_gives_it_back(shop):
    order = bought(shop, "winds")
    dispute = disputed(shop, order)
    for status in ("lost", "appeal_under_review", "won"):
        becomes(shop, dispute, status)
    assert [each[0] for each in declared(shop)] == [order["order_id"], dispute, f"{dispute}-undone"]
    assert sum(each[2] for each in declared(shop)) == 160 == -tax_account(shop)
    shop.holds()


def test_money_that_bought_nothing_has_no_tax(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], billing_address=GERMANY)
    shop.takes(order, amount=1)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], declared(shop), tax_account(shop)) == ("returned", [], 0)
    shop.holds()


def test_of_money_that_bought_nothing_no_tax_is_declared_whoever_has_it(shop):
    order = shop.ordered(shop.reader, shop.works["tides"], billing_address=GERMANY)
    shop.takes(order, amount=500)
    dispute = disputed_charge(shop)
    shop.arrives()
    for status in ("lost", "appeal_under_review", "won"):
        becomes(shop, dispute, status)
    assert (shop.seen(shop.reader, order)["status"], declared(shop), tax_account(shop)) == ("returned", [], 0)
    assert [task.kind for task in Task.scan(Task.done_at.does_not_exist())] == []
    shop.holds()


# Once


def carries_out(shop, task):
    return carry_out(a_message(f'{{"outbox_id": "{task}"}}'), Context("orders_carry_out"))


DECLARING = ["GetItem", "UpdateItem", "Query", "post " + RECORD, "Query", "TransactWriteItems", "UpdateItem"]


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(DECLARING) + 1))
def test_a_sale_is_declared_once_whenever_its_worker_died(shop, at, done):
    order = shop.ordered(shop.reader, shop.works["tides"], billing_address=GERMANY)
    shop.pays(order)
    shop.world.platform.emulator.faults.fail("sqs", "SendMessage", times=40)
    shop.arrives(tolerate=True)
    shop.world.platform.emulator.faults.clear()
    with pytest.raises(Cut), cut(at, done=done) as wire:
        carries_out(shop, f"declare_tax:{order['order_id']}")
    assert named(wire) == DECLARING[:at]
    shop.later(minutes=6)
    assert declared(shop) == [(order["order_id"], 900, 144)]
    shop.signs_everybody_in()
    asks(shop, shop.seen(shop.reader, order))
    shop.settles()
    shop.arrives()
    is_square(shop)


@pytest.mark.parametrize("kind", ["refuse", "drop_before", "drop_after"])
@pytest.mark.parametrize("path", [RECORD, REVERSE])
def test_what_stripe_did_not_answer_is_declared_once_all_the_same(shop, path, kind):
    shop.fails(kind, "POST", path, times=2)
    order = bought_and_returned(shop)
    shop.later(minutes=6)
    shop.later(minutes=6)
    refund = shop.every("refund")[0]["id"]
    assert declared(shop) == [(order["order_id"], 1_001, 160), (refund, -1_001, -160)]
    is_square(shop)


def incidents(caplog):
    return [record.incident for record in caplog.records if hasattr(record, "incident")]


def bought_and_returned(shop, amount=1_001):
    order = shop.ordered(shop.reader, shop.works["winds"], billing_address=GERMANY)
    shop.pays(order)
    shop.settles()
    shop.arrives(tolerate=True)
    gets_back(shop, order, works=[{"work_id": shop.works["winds"], "amount": amount}])
    shop.arrives(tolerate=True)
    return order


@pytest.mark.parametrize("path", [RECORD, REVERSE])
def test_where_nobody_knows_the_answer_any_more_a_person_is_told_and_nothing_is_declared_twice(shop, path, caplog):
    shop.fails("fail_after", "POST", path, times=1)
    order = bought_and_returned(shop, 500)
    shop.later(minutes=6, tolerate=True)
    assert "tax_untraced" not in incidents(caplog)
    idempotency.prune(shop.fake)
    for _ in range(3):
        shop.later(minutes=6, tolerate=True)
    assert "tax_untraced" in incidents(caplog)
    due = [order["order_id"]] if path == RECORD else [order["order_id"], shop.every("refund")[0]["id"]]
    assert [each[0] for each in declared(shop)] == due
    assert tax_account(shop) == -80
    shop.holds()


def test_a_reversal_waits_for_what_it_reverses(shop):
    shop.fails("refuse", "POST", RECORD, times=6)
    bought_and_returned(shop)
    assert (declared(shop), tax_account(shop)) == ([], 0)
    for _ in range(4):
        shop.later(minutes=6, tolerate=True)
    is_square(shop)
    assert len(declared(shop)) == 2


def test_a_calculation_that_expired_before_it_was_declared_is_put_aside_for_a_person(shop, caplog):
    shop.fails("refuse", "POST", RECORD, times=2)
    order = shop.ordered(shop.reader, shop.works["tides"], billing_address=GERMANY)
    shop.pays(order)
    shop.arrives(tolerate=True)
    shop.world.clock.advance(days=91)
    for _ in range(13):
        shop.later(minutes=10, tolerate=True)
    assert (declared(shop), tax_account(shop)) == ([], -144)
    assert incidents(caplog) == ["task_parked"]
    parked = shop.world.post("/v1/admin/sweeps", as_=shop.world.admin()).json["parked_tasks"]
    assert [task["task_id"] for task in parked] == [f"declare_tax:{order['order_id']}"]
    shop.holds()


# Subscriptions


def subscribed(shop, **place):
    begun = asks_to(shop, a_pass(shop).json).json
    assert shop.pays(begun, **place) == 303
    shop.arrives()
    return begun


def test_each_invoice_of_a_subscription_says_what_of_it_is_tax(shop):
    begun = subscribed(shop, country="DE")
    renews_soon(shop, begun)
    orders = shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]
    for order in (shop.seen(shop.reader, each) for each in orders):
        [tax] = order["taxes"]
        assert (order["total"], order["tax"]) == (1_200, 192)
        assert (tax["rate"], tax["jurisdiction"], tax["source"], tax["inclusive"]) == ("19.0", "DE", "stripe", True)
    assert (len(orders), tax_account(shop), declared(shop)) == (2, -384, [])  # Stripe declares what its invoices take
    assert shop.sums()["commission usd"] == -202  # a tenth of 1,008, twice
    shop.holds()


def test_two_taxes_of_an_invoice_are_one_rate_and_go_back_with_it(shop):
    subscribed(shop, country="CA", state="QC")
    shop.settles()
    shop.arrives()
    [order] = shop.world.get("/v1/me/orders", as_=shop.reader).json["items"]
    [tax] = shop.seen(shop.reader, order)["taxes"]
    assert (tax["rate"], tax["jurisdiction"], tax["amount"], tax_account(shop)) == ("14.975", "CA-QC", 156, -156)
    assert asks(shop, order).status == 201
    shop.arrives()
    is_square(shop)


def test_a_subscription_that_was_begun_untaxed_stays_so(shop, monkeypatch):
    monkeypatch.delenv("TAX")
    begun = subscribed(shop)
    monkeypatch.setenv("TAX", "stripe")
    renews_soon(shop, begun)
    assert (len(shop.every("invoice")), tax_account(shop), shop.every("tax_rate")) == (2, 0, [])
    shop.holds()


def test_a_page_that_taxes_is_not_paid_by_who_lives_nowhere(shop):
    begun = asks_to(shop, a_pass(shop).json).json
    assert [shop.pays(begun, **place) for place in ({}, {"country": "US"}, {"country": "JP"})] == [400, 400, 303]
