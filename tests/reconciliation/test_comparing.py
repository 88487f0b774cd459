"""The book against Stripe's, both ways: what is late is entered, what is unknown is in suspense once, and every
difference is named."""

import io
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core import logs
from chalicelib.ledger.models import StoredMovement
from chalicelib.orders import contested
from chalicelib.payments import inbox
from chalicelib.reconciliation import comparing, findings
from infra.local.fake_stripe import balance, disputes, payouts, refunds, topups, transfers, webhooks
from infra.local.fake_stripe.payments import pay
from tests.crashes import Cut, cut
from tests.orders.test_coupons import QUARTER, expires, made, orders, used
from tests.orders.test_passes import makes
from tests.orders.test_refunds import sends_back, settled
from tests.orders.test_subscriptions import asks_to
from tests.settlement.test_payouts import opens, passes
from tests.till import Shop


def compares(shop: Shop, **span) -> None:
    """The hour is over."""
    shop.world.clock.advance(**(span or {"hours": 1}))
    shop.world.platform.run_schedule("reconciliation_compare")
    shop.world.pump()
    shop.signs_everybody_in()


def proof(shop: Shop):
    shop.signs_everybody_in()
    reply = shop.world.get("/v1/admin/invariants", as_=shop.admin)
    assert reply.status == 200, reply.body
    return reply.json


def found(shop: Shop):
    return {(one["invariant"], one["subject"]) for one in proof(shop)["differences"]}


def open_findings():
    return [(row.kind, row.subject) for row in findings.open_ones()]


def sold(shop: Shop, **how):
    return settled(shop, shop.bought(shop.reader, shop.works["tides"], **how))


def intent_of(shop: Shop, order):
    return shop.session_of(order)["payment_intent"]


@pytest.fixture
def pages(monkeypatch):
    """Reads from the log what somebody was paged for."""
    written = io.StringIO()
    for handler in logs.logger().handlers:
        monkeypatch.setattr(handler, "stream", written)

    def read():
        lines = map(json.loads, written.getvalue().splitlines())
        return [line for line in lines if line.get("message") == "incident"]

    return read


def test_what_the_book_has_is_what_stripe_has(shop):
    sold(shop)
    compares(shop)
    report = proof(shop)
    assert report["differences"] == []
    assert (report["movements"], report["balance"]) == (1, {"usd": 844})
    assert set(report["found"]) == {*(f"I{number}" for number in range(1, 10)), "books"}


def test_an_admin_compares_at_once(shop):
    sold(shop)
    made = balance.make(shop.fake, 3)["id"]
    shop.world.clock.advance(minutes=1)
    shop.fails("fail", "GET", f"/v1/balance_transactions/{made}", times=2)
    told = shop.world.post("/v1/admin/comparisons", as_=shop.admin)
    assert (told.status, told.json) == (200, {"movements": 2, "open": 1})
    assert open_findings() == [("missing", made)]
    shop.world.clock.advance(minutes=1)
    assert shop.world.post("/v1/admin/comparisons", as_=shop.admin).status == 200
    assert open_findings() == [("unknown", made)]
    assert shop.world.post("/v1/admin/comparisons", as_=shop.reader).status == 403
    shop.fails("fail", "GET", "/v1/balance_transactions", times=10)
    down = shop.world.post("/v1/admin/comparisons", as_=shop.admin)
    assert (down.status, down.json["code"]) == (503, "provider_unavailable")


def test_what_is_taken_and_not_in_the_balance_for_a_day_is_named(shop):
    shop.fake.merchant.settle_after = None
    order = shop.bought(shop.reader, shop.works["tides"])
    compares(shop, hours=23)
    assert found(shop) == set()
    compares(shop, hours=2)
    assert found(shop) == {("I8", intent_of(shop, order))}
    shop.settles()
    webhooks.drop(shop.fake)
    compares(shop)
    assert found(shop) == set()


def test_what_nobody_told_of_is_entered(shop):
    opens(shop)
    order = sold(shop)
    shop.fake.merchant.available_after = 0
    passes(shop, days=17)
    (paid,) = shop.every("transfer")
    transfers.reverse(shop.fake, {"amount": 100}, paid["id"])
    transfers.create(shop.fake, {"amount": 100, "currency": "usd", "destination": paid["destination"]})
    other = shop.ordered(shop.other, shop.works["winds"])
    shop.publishes_again(shop.works["winds"], title="On winds, again")
    shop.takes(other)
    shop.settles()
    shop.fake.tick()
    payouts.create(shop.fake, {"amount": 100, "currency": "usd"})
    refunds.create(shop.fake, {"payment_intent": intent_of(shop, order), "amount": 300})
    month = makes(shop).json
    assert shop.pays(asks_to(shop, month).json) == 303
    shop.settles()
    webhooks.drop(shop.fake)
    before = shop.journals()
    compares(shop)
    assert Counter(shop.journals()) - Counter(before) == Counter(["J1", "J1", "J1s", "J1s", "J2", "J7", "J8", "J9"])
    assert (found(shop), open_findings()) == (set(), [])


def test_who_paid_late_and_unheard_is_found_and_has_the_use_of_a_coupon_again(shop):
    code = made(shop, **QUARTER, most_uses=1)
    order = orders(shop, code).json
    expires(shop, order)
    assert used(code) == 0
    pay(shop.fake, shop.opens_another_page(order)["id"])
    topups.create(shop.fake, {"amount": 100, "currency": "usd"})
    shop.settles()
    webhooks.drop(shop.fake)
    compares(shop)
    assert (shop.seen(shop.reader, order)["status"], used(code)) == ("paid", 1)
    assert shop.journals() == ["J1", "J10", "J1s"]
    assert found(shop) == set()


def test_a_refund_of_so_little_that_nothing_moves_is_in_the_book(shop):
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"], currency="cny"))
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 1}])
    shop.arrives()
    (back,) = [one for one in shop.every("balance_transaction") if one["type"] == "refund"]
    assert (back["net"], shop.journals().count("J2"), shop.seen(shop.reader, order)["refunded"]) == (0, 1, 1)
    compares(shop)
    assert found(shop) == set()


def test_an_unknown_movement_is_in_suspense_once_and_somebody_is_paged(shop, pages):
    sold(shop)
    made = balance.make(shop.fake, -250, "stripe_fee", fee=5)
    for _ in range(3):
        compares(shop)
    assert shop.journals().count("JX") == 1
    assert (shop.sums()["suspense usd"], shop.sums()["cash usd"]) == (255, 844 - 255)
    assert open_findings() == [("unknown", made["id"])]
    assert [(one["incident"], one["transaction"], one["kind"]) for one in pages()] == [
        ("movement_unexplained", made["id"], "unknown")
    ]
    shop.world.platform.run_schedule("reconciliation_prove")
    assert (found(shop), [one["incident"] for one in pages()].count("invariant_broken")) == (set(), 0)
    compares(shop, days=1)
    assert [one["incident"] for one in pages()].count("movement_unexplained") == 2
    shop.world.platform.run_schedule("reconciliation_prove")
    assert (pages()[-1]["incident"], pages()[-1]["invariants"]) == ("invariant_broken", "I8")
    assert found(shop) == {("I8", made["id"])}


def test_of_comparisons_at_the_same_time_one_posts(shop):
    compares(shop)
    for amount in (700, -30, 1):
        balance.make(shop.fake, amount)
    shop.world.clock.advance(hours=1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: comparing.compare(), range(4)))
    assert shop.journals() == ["JX", "JX", "JX"]
    assert found(shop) == set()


def test_a_transfer_to_nobody_of_ours_is_unknown(shop):
    opens(shop)
    sold(shop)
    passes(shop, days=3)
    (account,) = shop.every("account")
    stranger = {**account, "id": "acct_stranger"}
    shop.fake.keep(stranger)
    transfers.create(shop.fake, {"amount": 100, "currency": "usd", "destination": "acct_stranger"})
    shop.arrives()
    compares(shop)
    assert shop.journals().count("JX") == 1
    assert shop.sums()["suspense usd"] == 100


def test_what_is_ours_and_cannot_be_entered_waits_a_day_and_is_explained_after_all(shop, monkeypatch):
    order = sold(shop)
    known = contested.KNOWN
    monkeypatch.setattr("chalicelib.orders.disputing.KNOWN", known - {"needs_response"})
    disputes.open_dispute(shop.fake, shop.every("charge")[0]["id"])
    shop.arrives()
    compares(shop)
    ((kind, moved),) = open_findings()
    assert kind == "missing"
    assert found(shop) == {("I3", moved)}
    compares(shop, days=1, hours=1)
    assert shop.journals() == ["J1", "J1s", "JX"]
    assert open_findings() == [("unknown", moved)]
    monkeypatch.setattr("chalicelib.orders.disputing.KNOWN", known)
    for event, _ in list(inbox.parked()):
        shop.world.post(f"/v1/admin/parked-events/{event.id}/retries", as_=shop.admin)
    shop.world.pump()
    assert "J4" in shop.journals()
    compares(shop)
    assert shop.journals() == ["J1", "J1s", "J4", "JX", "JXw"]
    assert "suspense usd" not in shop.sums()
    assert (found(shop), open_findings()) == (set(), [])
    assert shop.seen(shop.reader, order)["status"] == "disputed"


def test_other_amounts_and_movements_that_stripe_does_not_know_are_named(shop):
    sold(shop)
    shop.bought(shop.other, shop.works["winds"])
    shop.settles()
    shop.arrives()
    first, second = StoredMovement.query("movements")
    first.update(actions=[StoredMovement.fee.set(first.fee + 1)])
    told = shop.fake.state.objects["balance_transaction"].pop(second.transaction)
    compares(shop)
    assert set(open_findings()) == {("differs", first.transaction), ("unmatched", second.transaction)}
    assert found(shop) >= {("I3", first.transaction), ("I3", second.transaction), ("I4", "usd")}
    first.update(actions=[StoredMovement.fee.set(first.fee - 1)])
    shop.fake.keep(told)
    compares(shop)
    assert (found(shop), open_findings()) == (set(), [])


def test_what_came_too_late_for_the_walk_is_missed_by_the_sums(shop):
    sold(shop)
    compares(shop)
    compares(shop, hours=6)
    made = balance.make(shop.fake, 100)
    made["created"] -= 5 * 3600
    compares(shop)
    assert found(shop) == {("I4", "usd")}


def test_cut_off_anywhere_the_next_comparison_leaves_it_right(shop):
    sold(shop)
    comparing.compare()
    made = balance.make(shop.fake, -10, "stripe_fee")
    kept, number, ended = shop.keeps(), 0, False
    shop.world.clock.advance(hours=1)
    while not ended:
        shop.puts_back(kept)
        number += 1
        with cut((number + 1) // 2, done=number % 2 == 0):
            try:
                comparing.compare()
                ended = True
            except Cut:
                pass
        comparing.compare()
        assert shop.journals() == ["J1", "J1s", "JX"]
        assert open_findings() == [("unknown", made["id"])]
        assert found(shop) == set()
    assert number > 20
