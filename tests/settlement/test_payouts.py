"""The money reaches the authors: held, released, transferred, taken back, netted; to the unit, and once."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.audit import trail
from chalicelib.ledger import journals
from chalicelib.settlement import payees
from infra.local.fake_stripe import accounts, disputes, faults, payouts, refunds, topups, transfers, webhooks
from tests.crashes import Cut, cut
from tests.orders.test_refunds import sends_back, settled
from tests.till import Shop


def opens(shop: Shop, person=None, country="SG"):
    """The author's account at Stripe, ready to be paid, over the API and Stripe's own page."""
    shop.signs_everybody_in()
    person = person or shop.author
    reply = shop.world.post("/v1/me/payee", {"country": country}, as_=person)
    assert reply.status == 201, reply.body
    path = reply.json["url"].removeprefix(shop.fake.public_url)
    assert shop.fake.handle("POST", path, {}).status == 303
    shop.arrives()
    return payee(shop, person)


def payee(shop: Shop, person=None):
    shop.signs_everybody_in()
    return shop.world.get("/v1/me/payee", as_=person or shop.author).json


def paid(shop: Shop, person=None):
    shop.signs_everybody_in()
    return shop.world.get("/v1/me/payouts", as_=person or shop.author).json["items"]


def passes(shop: Shop, **span) -> None:
    """Time goes by, a day at a time, with everything that runs by itself in it."""
    for _ in range(span.get("days", 1)):
        shop.later(days=1)
        shop.arrives()
    shop.signs_everybody_in()


def sold(shop: Shop, *works, **how):
    return settled(shop, shop.bought(shop.reader, *(works or [shop.works["tides"]]), **how))


def test_an_author_opens_an_account_and_is_payable_once_stripe_knows_all(shop):
    assert payee(shop)["status"] == "none"
    reply = shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.author)
    shop.arrives()
    assert payee(shop)["status"] == "incomplete"
    assert "external_account" in payee(shop)["needs"]
    again = shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.author)
    assert reply.json["url"] != again.json["url"]
    assert len(shop.every("account")) == 1
    assert opens(shop)["status"] == "payable"
    accounts.disable(shop.fake, shop.every("account")[0]["id"])
    shop.arrives()
    assert (payee(shop)["status"], payee(shop)["disabled_because"]) == ("disabled", "rejected.other")


def test_a_country_that_stripe_does_not_pay_is_refused_and_readers_have_no_account(shop):
    reply = shop.world.post("/v1/me/payee", {"country": "KP"}, as_=shop.author)
    assert (reply.status, reply.json["code"]) == (422, "country_not_paid")
    assert shop.world.post("/v1/me/payee", {"country": "Singapore"}, as_=shop.author).status == 422
    assert shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.reader).status == 403


def test_whose_country_was_refused_may_name_another(shop):
    assert shop.world.post("/v1/me/payee", {"country": "KP"}, as_=shop.author).status == 422
    assert shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.author).status == 201
    assert [account["country"] for account in shop.every("account")] == ["SG"]


def test_of_two_accounts_opened_at_once_in_two_countries_one_is_kept(shop):
    with ThreadPoolExecutor(2) as pool:
        ask = lambda country: shop.world.post("/v1/me/payee", {"country": country}, as_=shop.author)  # noqa: E731
        replies = list(pool.map(ask, ("SG", "DE")))
    assert [reply.status for reply in replies] == [201, 201]
    asked = {link["account"] for link in shop.every("account_link")}
    assert asked == {payees.find(shop.author.account_id).provider_id}


def test_a_sale_is_held_then_released_then_transferred_once(shop):
    opens(shop)
    order = sold(shop)
    passes(shop, days=13)
    assert (payee(shop)["held"], payee(shop)["available"]) == ({"usd": 810}, {})
    passes(shop, days=2)
    shop.holds()
    passes(shop, days=2)
    assert payee(shop)["held"] == {"usd": 0}
    assert payee(shop)["available"] == {"usd": 0}
    (payout,) = paid(shop)
    assert (payout["status"], payout["amount"], payout["kind"]) == ("done", 810, "transfer")
    (transfer,) = shop.every("transfer")
    assert (transfer["amount"], transfer["destination"]) == (810, shop.every("account")[0]["id"])
    assert shop.journals() == ["J1", "J1s", "J7", "Rel"]
    assert shop.seen(shop.reader, order)["status"] == "paid"
    passes(shop, days=3)
    assert len(shop.every("transfer")) == 1
    shop.holds()


def test_no_setting_pays_an_author_while_the_rules_alone_would_send_the_money_back(shop, monkeypatch):
    monkeypatch.setenv("PAYOUT_HOLD_DAYS", "3")
    sold(shop)
    passes(shop, days=13)
    assert (payee(shop)["held"], payee(shop)["available"]) == ({"usd": 810}, {})
    passes(shop, days=2)
    assert payee(shop)["available"] == {"usd": 810}


def test_an_admin_who_sweeps_at_once_has_authors_paid(shop):
    opens(shop)
    sold(shop)
    passes(shop, days=13)
    for _ in range(2):
        assert paid(shop) == []
        shop.world.clock.advance(days=1, minutes=1)
        shop.signs_everybody_in()
        assert shop.world.post("/v1/admin/sweeps", as_=shop.admin).status == 200
        shop.world.pump()
    assert [payout["status"] for payout in paid(shop)] == ["done"]
    shop.holds()


def test_several_authors_are_paid_what_is_theirs(shop):
    opens(shop)
    opens(shop, shop.coauthor, country="DE")
    for buyer in (shop.reader, shop.other):
        settled(shop, shop.bought(buyer, shop.works["winds"]))
    passes(shop, days=17)
    amounts = {transfer["destination"]: transfer["amount"] for transfer in shop.every("transfer")}
    first, second = (account["id"] for account in shop.every("account"))
    assert amounts == {first: 2 * 601, second: 2 * 300}
    shop.holds()


def test_nothing_is_released_while_somebody_asks_or_a_bank_decides(shop):
    opens(shop)
    order = sold(shop, shop.works["winds"])
    passes(shop, days=13)
    assert sends_back(shop, order, works=[{"work_id": shop.works["winds"], "amount": 100}]).status == 201
    shop.fails("fail", "POST", "/v1/refunds", times=100)
    shop.later(days=3, tolerate=True)
    assert "Rel" not in shop.journals()


def loses(shop: Shop, order, amount):
    """A bank takes so much of the sale for good, and no fee, of which there would be too little to pay anybody."""
    shop.fake.merchant.dispute_fee = 0
    charge = shop.every("payment_intent")[0]["latest_charge"]
    dispute = disputes.open_dispute(shop.fake, charge, amount)["id"]
    disputes.move(shop.fake, dispute, "lost")
    shop.arrives()
    return dispute


def test_what_a_bank_left_of_a_sale_is_released_and_what_it_gives_back_on_appeal_too(shop):
    opens(shop)
    loses_a_part, won_late = sold(shop), 90
    dispute = loses(shop, loses_a_part, 100)
    assert payee(shop)["held"] == {"usd": 810 - won_late}
    passes(shop, days=17)
    assert (payee(shop)["held"], [one["amount"] for one in shop.every("transfer")]) == ({"usd": 0}, [720])
    disputes.move(shop.fake, dispute, "appeal_under_review")
    disputes.move(shop.fake, dispute, "won")
    shop.arrives()
    passes(shop, days=2)
    assert (payee(shop)["held"], [one["amount"] for one in shop.every("transfer")]) == ({"usd": 0}, [720, won_late])
    shop.holds()


def test_what_was_lost_whole_and_comes_back_long_after_the_hold_is_released(shop):
    opens(shop)
    dispute = loses(shop, sold(shop), 900)
    passes(shop, days=17)
    assert (payee(shop)["held"], shop.every("transfer")) == ({"usd": 0}, [])
    disputes.move(shop.fake, dispute, "appeal_under_review")
    disputes.move(shop.fake, dispute, "won")
    shop.arrives()
    passes(shop, days=2)
    assert (payee(shop)["held"], [one["amount"] for one in shop.every("transfer")]) == ({"usd": 0}, [810])
    shop.holds()


def test_a_refund_before_the_release_leaves_less_to_release(shop):
    opens(shop)
    order = sold(shop, shop.works["tides"])
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 300}])
    shop.arrives()
    passes(shop, days=17)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [540]
    shop.holds()


def refunds_by_hand(shop: Shop, order, amount):
    """Support sends money back in Stripe's dashboard, whatever our rules say by now."""
    intent = shop.session_of(order)["payment_intent"]
    refunds.create(shop.fake, {"payment_intent": intent, "amount": amount})
    shop.arrives()


def test_what_goes_back_after_it_was_paid_is_taken_back_from_the_author(shop):
    opens(shop)
    order = sold(shop)
    shop.fake.merchant.available_after = 0
    passes(shop, days=17)
    refunds_by_hand(shop, order, 300)
    assert payee(shop)["available"] == {"usd": -270}
    passes(shop, days=2)
    assert payee(shop)["available"] == {"usd": 0}
    assert [(one["kind"], one["amount"], one["status"]) for one in paid(shop)] == [
        ("reversal", 270, "done"),
        ("transfer", 810, "done"),
    ]
    assert paid(shop)[1]["returned"] == 270
    assert (shop.every("transfer")[0]["amount_reversed"], shop.journals().count("J8")) == (270, 1)
    shop.holds()


def test_what_cannot_be_taken_back_is_netted_from_later_sales(shop):
    opens(shop)
    order = sold(shop)
    passes(shop, days=17)
    accounts.spend(shop.fake, shop.every("account")[0]["id"], 810, "usd")
    refunds_by_hand(shop, order, 900)
    passes(shop, days=2)
    assert [(one["kind"], one["status"]) for one in paid(shop)] == [("reversal", "declined"), ("transfer", "done")]
    assert payee(shop)["available"] == {"usd": -810}
    settled(shop, shop.bought(shop.other, shop.works["tides"], shop.works["winds"]))
    passes(shop, days=17)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810, 601]
    assert payee(shop)["available"] == {"usd": 0}
    shop.holds()


def test_what_was_earned_while_a_reversal_was_tried_is_paid_though_it_is_declined(shop):
    opens(shop)
    dear = shop.publishes(prices={"usd": 5_000}, title="Dear")
    shop.signs_everybody_in()
    order = sold(shop)
    passes(shop, days=5)
    settled(shop, shop.bought(shop.other, dear))
    passes(shop, days=12)
    accounts.spend(shop.fake, shop.every("account")[0]["id"], 810, "usd")
    refunds_by_hand(shop, order, 900)
    shop.fails("refuse", "POST", "/v1/transfers/*/reversals", times=10_000, status=500)
    for _ in range(4):
        shop.later(days=1, tolerate=True)
        shop.arrives(tolerate=True)
    faults.clear(shop.fake)
    passes(shop, days=4)
    assert [(one["kind"], one["status"], one["amount"]) for one in paid(shop)] == [
        ("transfer", "done", 4_500 - 810),
        ("reversal", "declined", 810),
        ("transfer", "done", 810),
    ]
    assert payee(shop)["available"] == {"usd": 0}
    shop.holds()


def test_a_refund_that_fails_late_after_the_release_is_released_anew(shop):
    opens(shop)
    order = sold(shop)
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 300}])
    shop.arrives()
    passes(shop, days=17)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [540]
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives()
    assert payee(shop)["held"] == {"usd": 270}
    settled(shop, shop.bought(shop.other, shop.works["tides"]))
    passes(shop, days=18)
    assert sum(transfer["amount"] for transfer in shop.every("transfer")) == 540 + 270 + 810
    assert shop.journals().count("Rel") == 3
    shop.holds()


def test_a_sale_in_another_currency_is_paid_in_that_of_its_settlement(shop):
    opens(shop)
    order = sold(shop, currency="cny")
    passes(shop, days=17)
    (charge,) = shop.every("charge")
    came_to = shop.fake.find("balance_transaction", charge["balance_transaction"])["amount"]
    share = 5_850 * came_to // 6_500
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [share]
    refunds_by_hand(shop, order, 6_500)
    assert payee(shop)["available"] == {"usd": -share}
    passes(shop, days=2)
    assert payee(shop)["available"] == {"usd": 0}
    assert payee(shop)["held"] == {"cny": 0}
    shop.holds()


def test_a_settlement_currency_that_is_none_of_ours_is_paid_all_the_same(shop):
    shop.fake.merchant.settles_in = "chf"
    opens(shop)
    sold(shop)
    passes(shop, days=17)
    assert [(transfer["currency"], payee(shop)["available"]) for transfer in shop.every("transfer")] == [
        ("chf", {"chf": 0})
    ]
    shop.holds()


def test_what_cannot_be_looked_at_goes_behind_the_others(shop):
    from chalicelib.settlement import paying

    opens(shop)
    sold(shop)
    opens(shop, shop.coauthor, country="DE")
    shop.later(minutes=1)
    settled(shop, shop.bought(shop.other, shop.works["winds"]))
    shop.later(days=14, minutes=2)
    shop.world.clock.advance(days=1)
    first, *others = paying.due()
    shop.world.platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=20)
    with pytest.raises(Exception, match="Failed to write"):
        paying.look(first)
    shop.world.platform.emulator.faults.clear()
    assert paying.due() == [*others, first]


def test_who_has_no_account_keeps_what_is_theirs_until_they_open_one(shop):
    sold(shop)
    passes(shop, days=17)
    assert (shop.every("transfer"), payee(shop)["available"]) == ([], {"usd": 810})
    opens(shop)
    passes(shop, days=1)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    shop.holds()


def test_a_disabled_account_is_paid_once_it_is_enabled(shop):
    opens(shop)
    account = shop.every("account")[0]["id"]
    sold(shop)
    accounts.disable(shop.fake, account, due=["individual.id_number"])
    shop.arrives()
    passes(shop, days=17)
    assert shop.every("transfer") == []
    accounts.complete(shop.fake, account)
    shop.arrives()
    passes(shop, days=1)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    shop.holds()


@pytest.fixture
def suspended(shop):
    """Suspends the author; what it gives lets them stand again. Meanwhile they cannot sign in."""
    opens(shop)
    path = f"/v1/accounts/{shop.author.account_id}/suspension"

    def suspends():
        shop.signs_everybody_in()
        assert shop.world.put(path, {"reason": "fraud"}, as_=shop.admin).status == 200
        shop.away = shop.people.pop("author")
        return stands_again

    def stands_again():
        shop.signs_everybody_in()
        assert shop.world.delete(path, as_=shop.admin).status == 200
        assert shop.world.signs_in(shop.away).status == 201
        shop.people["author"] = shop.away

    return suspends


def of_author(shop: Shop):
    shop.signs_everybody_in()
    return shop.world.get(f"/v1/payees/{shop.away.account_id}", as_=shop.admin).json


def test_who_is_suspended_is_not_paid_until_their_account_stands_again(shop, suspended):
    sold(shop)
    stands_again = suspended()
    passes(shop, days=17)
    seen = of_author(shop)
    assert (shop.every("transfer"), seen["available"], seen["status"]) == ([], {"usd": 810}, "suspended")
    withheld = seen["withheld_since"]
    passes(shop, days=3)
    assert (of_author(shop)["withheld_since"], withheld is not None) == (withheld, True)
    shop.holds()
    stands_again()
    assert (payee(shop)["status"], payee(shop)["withheld_since"]) == ("payable", withheld)
    month = shop.world.get(f"/v1/me/statements/{now(shop)}", as_=shop.author).json
    assert (month["withheld_since"], month["currencies"][0]["available"]) == (withheld, 810)
    passes(shop, days=1)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    assert (payee(shop)["withheld_since"], payee(shop)["available"]) == (None, {"usd": 0})
    passes(shop, days=2)
    assert len(shop.every("transfer")) == 1
    shop.holds()


def test_who_is_suspended_after_a_transfer_was_begun_is_not_paid_by_it(shop, suspended):
    sold(shop)
    shop.later(days=14, minutes=1)
    shop.world.clock.advance(days=1)
    shop.world.platform.run_schedule("orders_sweep")
    stands_again = suspended()
    shop.world.pump()
    passes(shop, days=2)
    assert (shop.every("transfer"), of_author(shop)["available"]) == ([], {"usd": 810})
    shop.holds()
    stands_again()
    passes(shop, days=1)
    told = [(one["status"], one["declined_because"]) for one in paid(shop)]
    assert told == [("done", None), ("declined", "account_suspended")]
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    shop.holds()


def test_who_is_suspended_still_owes_what_goes_back(shop, suspended):
    order = sold(shop)
    shop.fake.merchant.available_after = 0
    passes(shop, days=17)
    suspended()
    refunds_by_hand(shop, order, 300)
    passes(shop, days=2)
    assert (shop.every("transfer")[0]["amount_reversed"], of_author(shop)["available"]) == (270, {"usd": 0})
    shop.holds()


def test_only_admins_see_how_another_is_paid(shop):
    path = f"/v1/payees/{shop.author.account_id}"
    assert shop.world.get(path, as_=shop.coauthor).status == 403
    assert shop.world.get(path, as_=shop.admin).json["status"] == "none"
    assert shop.world.get(f"/v1/payees/{shop.reader.account_id}", as_=shop.admin).status == 404


def told_all(shop: Shop) -> None:
    """Stripe knows all it asked for, and its event of that was lost."""
    shop.signs_everybody_in()
    assert shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.author).status == 201
    shop.arrives()
    accounts.complete(shop.fake, shop.every("account")[0]["id"])
    webhooks.drop(shop.fake)


def test_who_looks_at_their_account_is_payable_though_an_event_was_lost(shop):
    told_all(shop)
    assert payee(shop)["status"] == "incomplete"
    assert shop.world.post("/v1/me/payee", {"country": "SG"}, as_=shop.author).status == 201
    assert payee(shop)["status"] == "payable"


def test_who_is_owed_is_asked_after_once_a_day_and_paid_though_an_event_was_lost(shop):
    told_all(shop)
    accounts.disable(shop.fake, shop.every("account")[0]["id"], due=["individual.id_number"])
    webhooks.drop(shop.fake)
    sold(shop)
    passes(shop, days=20)
    before = seen(shop)
    for _ in range(24):
        shop.later(hours=1)
    assert seen(shop) == before + 1
    accounts.complete(shop.fake, shop.every("account")[0]["id"])
    webhooks.drop(shop.fake)
    passes(shop, days=2)
    assert [one["status"] for one in paid(shop)] == ["done"]
    assert payee(shop)["status"] == "payable"
    shop.holds()


def seen(shop: Shop) -> int:
    """How often the author's account was looked at."""
    return sum(entry.deed == "payee.seen" for entry in trail.by("system:settlement"))


def test_a_transfer_that_stripe_declines_is_tried_again_on_another_day(shop):
    opens(shop)
    sold(shop)
    shop.later(days=14, minutes=1)
    accounts.disable(shop.fake, shop.every("account")[0]["id"])  # and we have not heard of it
    shop.later(days=1)
    assert [one["status"] for one in paid(shop)] == ["declined"]
    accounts.complete(shop.fake, shop.every("account")[0]["id"])
    passes(shop, days=3)
    assert [one["status"] for one in paid(shop)] == ["done", "declined"]
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    shop.holds()


def test_a_transfer_whose_answer_was_lost_is_found_and_not_made_again(shop):
    opens(shop)
    sold(shop)
    shop.later(days=14, minutes=1)
    shop.fails("drop_after", "POST", "/v1/transfers", times=2)
    shop.later(days=1, tolerate=True)
    shop.fake.state.keys.clear()  # 25 hours on, Stripe remembers no key
    passes(shop, days=2)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    assert [one["status"] for one in paid(shop)] == ["done"]
    shop.holds()


@pytest.mark.parametrize(("first", "done"), [(1, False), (3, True)])
def test_the_worker_may_die_at_any_call_and_the_money_moves_once(shop, first, done):
    """At every fourth call over HTTP; the proof meets them all in memory."""
    opens(shop)
    sold(shop)
    shop.later(days=14, minutes=1)
    kept, at, crashed = shop.keeps(), first - 4, True
    while crashed:
        at += 4
        crashed = False
        with cut(at, done=done):
            try:
                shop.later(days=1)
            except Cut:
                crashed = True
        passes(shop, days=3)
        assert [transfer["amount"] for transfer in shop.every("transfer")] == [810], at
        assert payee(shop)["available"] == {"usd": 0}, at
        shop.holds()
        shop.puts_back(kept)
    assert at > 10


def test_many_sweeps_at_once_begin_one_transfer(shop):
    from chalicelib.settlement import paying

    opens(shop)
    sold(shop)
    shop.later(days=14, minutes=1)
    shop.world.clock.advance(days=1)
    (balance,) = paying.due()

    def look(_):
        try:
            paying.look(balance)
        except Exception as error:
            return type(error).__name__
        return "looked"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(look, range(50)))
    assert set(told) <= {"looked", "PayeeMoved"}
    shop.world.pump()
    passes(shop, days=2)
    assert [transfer["amount"] for transfer in shop.every("transfer")] == [810]
    shop.holds()


def test_transfers_and_reversals_made_at_stripe_itself_are_adopted(shop):
    opens(shop)
    sold(shop)
    passes(shop, days=17)
    (transfer,) = shop.every("transfer")
    transfers.reverse(shop.fake, {"amount": 100}, transfer["id"])
    shop.arrives()
    assert payee(shop)["available"] == {"usd": 100}
    wanted = {"amount": 100, "currency": "usd", "destination": transfer["destination"]}
    transfers.create(shop.fake, wanted)
    shop.arrives(times=2)
    assert payee(shop)["available"] == {"usd": 0}
    assert shop.journals().count("J7") == 2
    shop.holds()


def test_our_own_payouts_are_in_the_book_and_so_is_what_the_bank_sent_back(shop):
    sold(shop)
    passes(shop, days=3)
    payout = payouts.create(shop.fake, {"amount": 500, "currency": "usd"})
    shop.arrives()
    assert shop.sums()["bank usd"] == 500
    passes(shop, days=2)
    payouts.fail(shop.fake, payout["id"])
    shop.arrives(times=2, order="reversed")
    assert "bank usd" not in shop.sums()
    assert (shop.journals().count("J9"), shop.journals().count("J9r")) == (1, 1)
    shop.holds()


def test_what_our_bank_adds_to_the_balance_is_in_the_book_and_pays_authors(shop):
    opens(shop)
    sold(shop)
    passes(shop, days=3)
    payouts.create(shop.fake, {"amount": 800, "currency": "usd"})
    passes(shop, days=13)
    assert [move["status"] for move in paid(shop)] == ["declined"]
    topup = topups.create(shop.fake, {"amount": 1_000, "currency": "usd"})
    passes(shop, days=2)
    assert [move["status"] for move in paid(shop)] == ["done", "declined"]
    topups.reverse(shop.fake, topup["id"])
    shop.arrives(times=2, order="reversed")
    assert (shop.journals().count("J10"), shop.journals().count("J10r")) == (1, 1)
    assert shop.sums()["bank usd"] == 800
    shop.holds()


def test_the_books_cash_is_stripes_balance(shop):
    opens(shop)
    order = sold(shop)
    settled(shop, shop.bought(shop.other, shop.works["winds"]))
    passes(shop, days=17)
    refunds_by_hand(shop, order, 333)
    passes(shop, days=2)
    moved = sum(one["net"] for one in shop.every("balance_transaction"))
    assert shop.sums()["cash usd"] == moved


def test_a_statement_is_the_fold_of_its_entries_and_goes_on_from_the_month_before(shop):
    opens(shop)
    order = sold(shop)
    month = shop.world.get("/v1/me/statements/2099-01", as_=shop.author)
    assert month.status == 404
    assert shop.world.get("/v1/me/statements/nonsense", as_=shop.author).status == 404
    before = now(shop)
    opening = shop.world.get(f"/v1/me/statements/{before}", as_=shop.author)
    assert opening.status == 200
    passes(shop, days=17)
    refunds_by_hand(shop, order, 300)
    passes(shop, days=32)
    names = [before, *(name for name in months(shop) if name > before)]
    last = None
    for name in names:
        view = shop.world.get(f"/v1/me/statements/{name}", as_=shop.author).json
        for sums in view["currencies"]:
            parts = ("sales", "refunds", "disputes", "exchanged", "paid", "paid_back", "corrections")
            assert sums["closing"] == sums["opening"] + sum(sums[part] for part in parts)
            assert sums["closing"] == sums["held"] + sums["available"]
            if last:
                assert sums["opening"] == last
            last = sums["closing"]
    assert last == 0
    assert payee(shop)["available"] == {"usd": 0}
    again = [shop.world.get(f"/v1/me/statements/{name}", as_=shop.author).json for name in names]
    assert again == [shop.world.get(f"/v1/me/statements/{name}", as_=shop.author).json for name in names]


def now(shop: Shop) -> str:
    from chalicelib.core import clock

    return clock.now().strftime("%Y-%m")


def months(shop: Shop):
    entries = journals.entries_of(shop.author.account_id, *journals.ALWAYS)
    return sorted({entry.at[:7] for entry in entries} | {now(shop)})


def test_a_month_can_be_read_line_by_line_and_as_a_table(shop):
    sold(shop)
    settled(shop, shop.bought(shop.other, shop.works["winds"]))
    page = shop.world.get(f"/v1/me/statements/{now(shop)}/lines?limit=1", as_=shop.author).json
    rest = shop.world.get(
        f"/v1/me/statements/{now(shop)}/lines?limit=1&cursor={page['next_cursor']}", as_=shop.author
    ).json
    assert [line["held"] for line in (*page["items"], *rest["items"])] == [601, 810]
    table = shop.world.get(f"/v1/me/statements/{now(shop)}/csv", as_=shop.author)
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.body.removeprefix("\ufeff"))))
    assert [(row["what"], row["currency"], row["held"]) for row in rows] == [
        ("sales", "USD", "8.10"),
        ("sales", "USD", "6.01"),
    ]
    assert shop.world.get(f"/v1/me/statements/{now(shop)}/csv", as_=shop.coauthor).body.count("\n") == 2


def test_an_author_sees_how_each_sale_was_split_and_nobody_elses(shop):
    order = sold(shop, shop.works["winds"], shop.works["tides"])
    (sale,) = shop.world.get("/v1/me/sales", as_=shop.coauthor).json["items"]
    assert (sale["order_id"], sale["share"], sale["currency"]) == (order["order_id"], 300, "usd")
    view = shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=shop.coauthor).json
    (line,) = view["lines"]
    assert (line["gross"], line["commission"], line["share"], sum(line["shares"].values())) == (1_001, 100, 300, 901)
    assert (view["held"], view["processor_fee"]) == (300, {"usd": 85})
    assert shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=shop.reader).status == 403
    nobody = shop.world.author("Nora")
    assert shop.world.get(f"/v1/me/sales/{order['order_id']}", as_=nobody).status == 404
    assert shop.world.get("/v1/me/sales", as_=nobody).json["items"] == []
