"""The check names what is wrong: each corruption is planted by hand, straight into the tables."""

import pytest

from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, postings
from chalicelib.ledger.models import StoredBalance, StoredJournal, journal_key
from chalicelib.library.models import HoldingRow
from chalicelib.orders import invariants
from chalicelib.orders.collection import read
from chalicelib.orders.models import LineRow, OrderRow, PaymentRow


@pytest.fixture
def sold(shop):
    shop.order = shop.bought(shop.reader, shop.works["tides"])
    shop.holds()
    return shop


def found():
    return {(difference.invariant, difference.subject) for difference in invariants.check().differences}


def payment_of(sold):
    return read(sold.order["order_id"]).payments[0]


def test_a_journal_that_does_not_balance_is_named(sold):
    name = payment_of(sold).row.removeprefix("payment#")
    stored = StoredJournal.get(journal_key(f"J1#{name}"), "journal")
    stored.entries = [{**stored.entries[0], "amount": stored.entries[0]["amount"] + 1}, *stored.entries[1:]]
    stored.save()
    assert ("I1", f"J1#{name}") in found()


@pytest.mark.parametrize("wrong", [-811, 0])
def test_a_balance_that_is_not_the_sum_of_its_entries_is_named(sold, wrong):
    account = f"author_held#{sold.author.account_id}"
    StoredBalance(account, "usd", amount=wrong).save()
    assert found() == {("I2", account)}


def test_access_that_nobody_paid_for_is_named(sold):
    HoldingRow(sold.other.account_id, sold.works["tides"], sources={"order#stolen"}).save()
    assert found() == {("I5", "order#stolen")}


def test_paid_access_that_is_missing_is_named(sold):
    HoldingRow(sold.reader.account_id, sold.works["tides"]).delete()
    assert found() == {("I5", f"order#{sold.order['order_id']}")}


def test_an_order_paid_without_a_payment_is_named(sold):
    payment_of(sold).delete()
    assert ("books", sold.order["order_id"]) in found()


def test_an_order_whose_payment_counts_for_nothing_is_named(sold):
    header = OrderRow.get(sold.order["order_id"], "order")
    header.update(actions=[OrderRow.paid_at.remove()])
    assert {name for name, _ in found()} == {"I5", "books"}


@pytest.mark.parametrize("facts", [{"refunded": 1}, {"reserved": 901}, {"refunded": -1}])
def test_a_refund_that_is_not_covered_is_named(sold, facts):
    row = payment_of(sold)
    row.update(actions=[getattr(PaymentRow, name).set(value) for name, value in facts.items()])
    order_id = sold.order["order_id"]
    sums = {("I6", order_id)} if "refunded" in facts else set()
    assert found() == {("I6", f"{order_id}/{row.row}")} | sums


@pytest.mark.parametrize("facts", [{"refunded": 1}, {"reserved": 901}, {"booked": 1}, {"taken": {"commission": 1}}])
def test_a_line_whose_refunds_do_not_add_up_is_named(sold, facts):
    line = LineRow.get(sold.order["order_id"], "line#001")
    line.update(actions=[getattr(LineRow, name).set(value) for name, value in facts.items()])
    assert f"{sold.order['order_id']}/line#001" in {subject for _, subject in found()}


def test_a_journal_about_nothing_is_named(sold):
    with all_or_nothing() as tx:
        journals.post(tx, postings.second_payment("pi_nobody", "o1", "usd", 5))
    assert found() == {("books", "J1b#pi_nobody")}


def test_a_missing_journal_is_named(sold):
    name = payment_of(sold).row.removeprefix("payment#")
    StoredJournal(journal_key(f"J1#{name}"), "journal").delete()
    assert ("books", f"J1#{name}") in found()


def test_what_is_in_suspense_of_an_order_and_is_not_its_own_is_named(sold):
    order_id = sold.order["order_id"]
    with all_or_nothing() as tx:
        journals.post(tx, postings.placed_of_order("p1", order_id, "usd", -5, "commission"))
    assert found() == {("books", "JSr#p1"), ("books", order_id)}
