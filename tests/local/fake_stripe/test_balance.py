from fractions import Fraction

import pytest

from infra.local.fake_stripe import FakeStripe, Merchant
from infra.local.fake_stripe.merchant import rounded
from tests.local.fake_stripe.receiver import SECRET


def charge_of(sdk, session, *expand):
    told = {"payment_intent": session.payment_intent, "expand": [f"data.{name}" for name in expand]}
    return sdk.charges.list(told).data[0]


def test_a_balance_transaction_comes_later_with_charge_updated(buyer, sdk, fake, receiver, movable_clock):
    session = buyer.bought()
    assert charge_of(sdk, session).balance_transaction is None
    movable_clock.move(61)
    transaction = charge_of(sdk, session, "balance_transaction").balance_transaction
    assert (transaction.amount, transaction.fee, transaction.net) == (900, 56, 844)
    assert [(fee.amount, fee.type) for fee in transaction.fee_details] == [(56, "stripe_fee")]
    fake.deliver()
    [update] = [event for event in receiver.events if event.type == "charge.updated"]
    assert update.data.object.balance_transaction == transaction.id
    assert update.data.previous_attributes.to_dict() == {"balance_transaction": None}


def test_a_balance_transaction_comes_on_demand_once(buyer, sdk):
    charge = charge_of(sdk, buyer.bought())
    [made] = buyer.steers("balance_transactions/settle", charge=charge.id)["balance_transactions"]
    assert buyer.steers("balance_transactions/settle")["balance_transactions"] == []
    transaction = sdk.balance_transactions.retrieve(made)
    assert (transaction.source, transaction.type, transaction.reporting_category) == (charge.id, "charge", "charge")


def test_a_balance_moves_for_nothing_that_there_is_an_object_of(buyer, sdk):
    made = buyer.steers("balance_transactions/make", amount=-250, type="stripe_fee", currency="usd")
    moved = sdk.balance_transactions.retrieve(made["id"], {"expand": ["source"]})
    assert (moved.type, moved.source, moved.amount, moved.net) == ("stripe_fee", None, -250, -250)
    assert [one.id for one in sdk.balance_transactions.list({"created": {"gte": moved.created}})] == [moved.id]
    assert sum(part.amount for part in sdk.balance.retrieve().pending) == -250


def test_a_currency_that_is_kept_has_a_balance_of_its_own(buyer, sdk):
    buyer.steers("merchant", settle_after=0, keeps=["jpy"])
    charged = charge_of(sdk, buyer.bought(900, "jpy"), "balance_transaction").balance_transaction
    assert (charged.currency, charged.amount, charged.exchange_rate) == ("jpy", 900, None)
    assert {part.currency: part.amount for part in sdk.balance.retrieve().pending} == {"usd": 0, "jpy": charged.net}


class TestAtOnce:
    @pytest.fixture
    def fake(self, receiver):
        return FakeStripe(SECRET, receiver.url, Merchant(settle_after=0))

    def test_a_balance_transaction_can_be_there_from_the_start(self, buyer, sdk, fake, receiver):
        assert charge_of(sdk, buyer.bought()).balance_transaction
        fake.deliver()
        assert "charge.updated" not in receiver.types

    @pytest.mark.parametrize(
        ("amount", "currency", "rate", "settled", "fee"),
        [
            (1_000, "eur", "1.08", 1_080, 61),
            (1_001, "eur", "1.0837", 1_085, 61),
            (900, "jpy", "0.0067", 603, 47),
            (10_000, "cny", "0.139", 1_390, 70),
        ],
    )
    def test_other_currencies_settle_at_the_exact_rate(self, buyer, sdk, amount, currency, rate, settled, fee):
        buyer.steers("merchant", rates={currency: rate})
        transaction = charge_of(sdk, buyer.bought(amount, currency), "balance_transaction").balance_transaction
        assert (transaction.currency, transaction.amount, transaction.fee) == ("usd", settled, fee)
        shown = Fraction(str(transaction.exchange_rate))
        assert shown == Fraction(rate) * (100 if currency == "jpy" else 1)
        assert rounded(amount * shown) == settled

    def test_the_account_may_settle_in_another_currency(self, buyer, sdk):
        buyer.steers("merchant", settles_in="eur")
        transaction = charge_of(sdk, buyer.bought(1_080, "usd"), "balance_transaction").balance_transaction
        assert (transaction.currency, transaction.amount) == ("eur", 1_000)
        assert rounded(1_080 * Fraction(str(transaction.exchange_rate))) == 1_000

    def test_its_own_currency_has_no_rate(self, buyer, sdk):
        assert charge_of(sdk, buyer.bought(), "balance_transaction").balance_transaction.exchange_rate is None

    def test_the_balance_is_the_sum_of_its_transactions(self, buyer, sdk, movable_clock):
        first, _, _ = buyer.bought(900), buyer.bought(1_000, "eur"), buyer.bought(5_000, method="alipay")
        sdk.refunds.create({"payment_intent": first.payment_intent, "amount": 400})
        nets = [transaction.net for transaction in sdk.balance_transactions.list()]
        assert len(nets) == 4
        balance = sdk.balance.retrieve()
        assert (balance.pending[0].amount, balance.available[0].amount) == (sum(nets), 0)
        movable_clock.move(2 * 24 * 3600 + 1)
        balance = sdk.balance.retrieve()
        assert (balance.pending[0].amount, balance.available[0].amount) == (0, sum(nets))
        assert {transaction.status for transaction in sdk.balance_transactions.list()} == {"available"}

    def test_transactions_are_listed_by_source_type_and_page(self, buyer, sdk):
        sessions = [buyer.bought(method=method) for method in ("card", "alipay", "card")]
        charges = [charge_of(sdk, session) for session in sessions]
        assert [one.id for one in sdk.balance_transactions.list({"source": charges[1].id})] == [
            charges[1].balance_transaction
        ]
        assert [one.source for one in sdk.balance_transactions.list({"type": "payment"})] == [charges[1].id]
        paged = sdk.balance_transactions.list({"limit": 1}).auto_paging_iter()
        assert [one.source for one in paged] == [charge.id for charge in charges[::-1]]


def test_halves_round_away_from_zero():
    assert [rounded(Fraction(n, 2)) for n in (1, 3, -1, -3, 4)] == [1, 2, -1, -2, 2]


def test_a_refund_and_its_charge_meet_at_the_same_rate():
    merchant = Merchant()
    for currency in merchant.rates:
        for amount in range(1, 2_000, 37):
            assert merchant.settled(-amount, currency) == -merchant.settled(amount, currency)
