import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger import postings
from chalicelib.ledger.entries import Entry, Settled, Unbalanced, inverse, journal

UNITS = st.integers(1, 99_999_999)
CURRENCIES = st.sampled_from(["usd", "cny", "jpy"])


def sums(*journals):
    """Account and currency → minor units, over whole journals."""
    totals = {}
    for one in journals:
        for entry in one.entries:
            key = (entry.account, entry.currency)
            totals[key] = totals.get(key, 0) + entry.amount
    return {key: amount for key, amount in totals.items() if amount}


def per_currency(one):
    totals = {}
    for entry in one.entries:
        totals[entry.currency] = totals.get(entry.currency, 0) + entry.amount
    return totals


@given(st.dictionaries(st.text(min_size=1), UNITS, min_size=1, max_size=5), UNITS, st.integers(0, 10_000), CURRENCIES)
def test_a_sale_balances(authors, commission, tax, currency):
    sale = postings.sale("pi_1", "o1", currency, authors, commission, tax)
    assert per_currency(sale) == {currency: 0}
    assert sums(sale)["stripe_pending", currency] == sum(authors.values()) + commission + tax


@given(UNITS, UNITS, st.integers(0, 1_000), CURRENCIES, CURRENCIES)
def test_a_settlement_balances_in_both_currencies(amount, settled, fee, currency, home):
    settled = amount if currency == home else settled
    moved = Settled("txn_1", settled, fee, home)
    journal = postings.settlement("pi_1", "o1", currency, amount, moved)
    assert set(per_currency(journal).values()) == {0}
    assert sums(journal)[("stripe_pending", currency)] == -amount
    assert sums(journal).get(("cash", home), 0) == settled - fee


@given(UNITS, st.integers(0, 1_000), CURRENCIES)
def test_what_was_suspended_and_returned_leaves_only_the_fee(amount, fee, currency):
    taken = postings.unexplained_payment("pi_1", "o1", currency, amount)
    settled = postings.settlement("pi_1", "o1", currency, amount, Settled("txn_1", amount, fee, currency))
    back = Settled("txn_2", -amount, 0, currency)
    returned = postings.refund_of_suspended("re_1", "o1", "suspense", currency, amount, back)
    left = {("processor_fee", currency): fee, ("cash", currency): -fee} if fee else {}
    assert sums(taken, settled, returned) == left


def test_a_yen_settles_in_cents_through_the_exchange():
    journal = postings.settlement("pi_1", "o1", "jpy", 900, Settled("txn_1", 603, 47, "usd"))
    assert sums(journal) == {
        ("stripe_pending", "jpy"): -900,
        ("fx_clearing", "jpy"): 900,
        ("fx_clearing", "usd"): -603,
        ("cash", "usd"): 556,
        ("processor_fee", "usd"): 47,
    }


def test_a_settlement_of_another_amount_in_the_same_currency_is_refused():
    with pytest.raises(Unbalanced):
        postings.settlement("pi_1", "o1", "usd", 900, Settled("txn_1", 899, 0, "usd"))


@pytest.mark.parametrize("wrong", [1, -1])
def test_a_journal_that_does_not_sum_to_nothing_is_refused(wrong):
    with pytest.raises(Unbalanced):
        journal("J1", "pi_1", "o1", [Entry("cash", "usd", 100), Entry("suspense", "usd", -100 + wrong)])


def test_sums_are_taken_in_each_currency_by_itself():
    with pytest.raises(Unbalanced):
        journal("J1", "pi_1", "o1", [Entry("cash", "usd", 100), Entry("suspense", "eur", -100)])


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_only_whole_units_are_counted(amount):
    with pytest.raises(Unbalanced):
        journal("J1", "pi_1", "o1", [Entry("cash", "usd", amount), Entry("suspense", "usd", -1)])


def test_the_inverse_undoes():
    back = Settled("txn_2", -603, 0, "usd")
    left = postings.refund_of_suspended("re_1", "o1", "suspense", "jpy", 900, back)
    assert sums(left, inverse(left, "J3r", "re_1")) == {}
