import pytest

from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, postings
from chalicelib.ledger.entries import Entry, Journal, Unbalanced
from chalicelib.ledger.journals import AlreadyPosted


def posted(*wanted):
    with all_or_nothing() as tx:
        for journal in wanted:
            journals.post(tx, journal)


def a_sale(payment="pi_1", authors=None, currency="usd"):
    return postings.sale(payment, "o1", currency, authors or {"ada": 810}, 90, 0)


def test_a_journal_is_read_as_it_was_posted(platform):
    posted(a_sale())
    assert journals.find("J1#pi_1") == a_sale()
    assert list(journals.every()) == [a_sale()]
    assert journals.find("J1#pi_2") is None


def test_a_journal_is_posted_once_and_the_second_try_moves_no_balance(platform):
    posted(a_sale())
    with pytest.raises(AlreadyPosted):
        posted(a_sale(authors={"ada": 1}))
    assert journals.find("J1#pi_1") == a_sale()
    assert journals.balance("author_held#ada", "usd") == -810


def test_each_authors_balance_follows_their_entries_in_each_currency(platform):
    posted(a_sale())
    posted(a_sale("pi_2", {"ada": 100, "bo": 200}))
    posted(a_sale("pi_3", {"ada": 700}, "jpy"))
    assert journals.every_balance() == {
        ("author_held#ada", "usd"): -910,
        ("author_held#bo", "usd"): -200,
        ("author_held#ada", "jpy"): -700,
    }
    assert journals.balance("author_held#cy", "usd") == 0


def test_what_does_not_balance_is_never_stored(platform):
    lopsided = Journal("J1#pi_1", "J1", "o1", (Entry("cash", "usd", 1),))
    with pytest.raises(Unbalanced):
        posted(lopsided)
    assert list(journals.every()) == []


def test_a_journal_takes_the_items_it_says(platform):
    sale = a_sale(authors={"ada": 1, "bo": 2, "cy": 3})
    assert journals.items(sale) == 7


def test_the_book_has_no_way_to_change_or_delete_a_journal():
    """All writes go through ``post``: an insert whose key must be free."""
    public = {name for name in vars(journals) if not name.startswith("_") and callable(getattr(journals, name))}
    deeds = {name for name in public if getattr(journals, name).__module__ == journals.__name__}
    assert deeds == {
        "AlreadyPosted",
        "post",
        "items",
        "kept_balances",
        "find",
        "balance",
        "every",
        "every_posted",
        "every_balance",
        "every_entry",
        "Balance",
        "AuthorsEntries",
        "moved_balances",
        "looked_at",
        "look_again",
        "look_later",
        "balances_of",
        "entries_of",
        "page_of",
    }
