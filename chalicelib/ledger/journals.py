"""The book: journals are put in once, by their id, and never changed; authors' balances move with them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from pynamodb.expressions.update import Action

from chalicelib.core import clock, tables
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction
from chalicelib.ledger import movements
from chalicelib.ledger.entries import Entry, Journal, must_balance
from chalicelib.ledger.models import (
    StoredBalance,
    StoredEntries,
    StoredJournal,
    Unsettled,
    author_key,
    journal_key,
)
from chalicelib.ledger.postings import AVAILABLE, author_of, available, held

PAYABLE = "payable"
ALWAYS = ("2", "9")
"""From before any moment until after all."""


class AlreadyPosted(Conflict):
    """The journal of this event is in the book."""


class Balance(Struct, frozen=True):
    """What an author can be paid of, as of one look: ``owed`` is positive where it is theirs."""

    author_id: str
    currency: str
    owed: int


class AuthorsEntries(Struct, frozen=True):
    """What a journal moved on one author's accounts. ``place`` orders them as they happened."""

    place: str
    kind: str
    order_id: str
    entries: tuple[Entry, ...]

    @property
    def at(self) -> str:
        """RFC 3339, in UTC."""
        return self.place.partition("#")[0]

    @property
    def about(self) -> str:
        """The provider's object that moved it."""
        return self.place.rpartition("#")[2]


def post(tx: Transaction, journal: Journal) -> None:
    """Put the journal in, and move the balances that are kept: the authors'. Others are derived, for one row that every
    sale writes would make sales wait for each other. Raises Unbalanced at once; AlreadyPosted at the commit."""
    must_balance(journal.entries)
    moment = clock.now()
    stored = StoredJournal(
        journal_key(journal.id),
        kind=journal.kind,
        order_id=journal.order_id,
        entries=msgspec.to_builtins(journal.entries),
        period=moment.strftime("%Y-%m"),
        posted_at=moment,
    )
    tx.insert(stored, AlreadyPosted())
    movements.enter(tx, journal)
    for author_id, entries in _by_author(journal).items():
        told = {"kind": journal.kind, "order_id": journal.order_id, "entries": msgspec.to_builtins(entries)}
        tx.insert(StoredEntries(author_key(author_id), f"{clock.rfc3339(moment)}#{journal.id}", **told))
    for (account, currency), amount in kept_balances([journal]).items():
        moved: list[Action] = [StoredBalance.amount.add(amount)]
        if account.startswith(AVAILABLE):
            waits = StoredBalance.due_at.set(StoredBalance.due_at | moment)
            moved += [StoredBalance.unsettled.set(PAYABLE), waits]
        tx.update(StoredBalance(account, currency), moved, any_version=True)


def items(journal: Journal) -> int:
    """How many of a transaction's hundred items posting it takes."""
    return 1 + len(_by_author(journal)) + len(kept_balances([journal])) + (journal.settled is not None)


def _by_author(journal: Journal) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in journal.entries:
        if author_id := author_of(entry.account):
            found.setdefault(author_id, []).append(entry)
    return found


def kept_balances(journals: list[Journal]) -> dict[tuple[str, str], int]:
    """What the kept balances must be, by account and currency, where these are all the journals."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for journal in journals:
        for entry in journal.entries:
            if author_of(entry.account):
                sums[entry.account, entry.currency] += entry.amount
    return dict(sums)


def moved_balances(until: datetime, limit: int) -> Iterator[Balance]:
    """Those that can be paid of, and moved until then and were not looked at since; the earliest first. One query."""
    for row in StoredBalance.by_unsettled.query(PAYABLE, Unsettled.due_at <= until, limit=limit):
        yield Balance(str(author_of(row.account)), row.currency, -row.amount)


def looked_at(balance: Balance) -> None:
    """Nothing is to be paid of it until it moves again. One that moved meanwhile stays."""
    row = StoredBalance(available(balance.author_id), balance.currency)
    ended: list[Action] = [StoredBalance.unsettled.remove(), StoredBalance.due_at.remove()]
    row.update_if(StoredBalance.amount == -balance.owed, ended)


def look_later(balance: Balance, due_at: datetime) -> None:
    """It stays to be looked at, but not before then."""
    row = StoredBalance(available(balance.author_id), balance.currency)
    row.update_if(StoredBalance.due_at < due_at, [StoredBalance.due_at.set(due_at)])


def look_again(author_id: str, due_at: datetime) -> None:
    """Something else than a movement lets the author be paid, from then on. One query, and a write a currency."""
    for row in StoredBalance.query(available(author_id), consistent_read=True):
        row.update(actions=[StoredBalance.unsettled.set(PAYABLE), StoredBalance.due_at.set(due_at)])


def balances_of(author_id: str) -> dict[str, dict[str, int]]:
    """What an author has: ``held`` and ``available``, by currency, and positive where it is theirs. Two queries."""
    accounts = {"held": held(author_id), "available": available(author_id)}
    return {
        name: {row.currency: -int(row.amount) for row in StoredBalance.query(account, consistent_read=True)}
        for name, account in accounts.items()
    }


def entries_of(author_id: str, since: str, until: str) -> Iterator[AuthorsEntries]:
    """What moved on an author's accounts, from one RFC 3339 moment until before another, as it happened."""
    for row in StoredEntries.query(author_key(author_id), StoredEntries.entry.between(since, until)):
        yield _authors(row)


def page_of(
    author_id: str, since: str, until: str, limit: int, place: dict[str, Any] | None, kind: str | None = None
) -> tuple[list[AuthorsEntries], Any]:
    """A page of the same, the newest first, of one ``kind`` where it is named; and the place after which the next page
    begins. One query, or few."""
    found = StoredEntries.query(
        author_key(author_id),
        StoredEntries.entry.between(since, until),
        filter_condition=StoredEntries.kind == kind if kind else None,
        limit=limit,
        scan_index_forward=False,
        last_evaluated_key=place,
    )
    rows, last = tables.page(found)
    return [_authors(row) for row in rows], last


def find(journal_id: str) -> Journal | None:
    try:
        return _journal(StoredJournal.get(journal_key(journal_id), "journal", consistent_read=True))
    except StoredJournal.DoesNotExist:
        return None


def balance(account: str, currency: str) -> int:
    """Signed minor units, debit +; what an author has earned is a credit, so negative."""
    try:
        return int(StoredBalance.get(account, currency, consistent_read=True).amount)
    except StoredBalance.DoesNotExist:
        return 0


def every() -> Iterator[Journal]:
    """The whole book: for checks, never for a request."""
    for _, journal in every_posted():
        yield journal


def every_posted() -> Iterator[tuple[datetime, Journal]]:
    """The same, each with the moment when it was posted."""
    for row in StoredJournal.scan(StoredJournal.entry == "journal", consistent_read=True):
        yield row.posted_at, _journal(row)


def every_entry() -> Iterator[tuple[str, AuthorsEntries]]:
    """All that journals moved on authors' accounts, each with its author: for checks, never for a request."""
    for row in StoredEntries.scan(StoredEntries.account.startswith("author#"), consistent_read=True):
        yield row.account.removeprefix("author#"), _authors(row)


def every_balance() -> dict[tuple[str, str], int]:
    """All kept balances, by account and currency."""
    rows = StoredBalance.scan(consistent_read=True)
    return {(row.account, row.currency): int(row.amount) for row in rows}


def _authors(row: StoredEntries) -> AuthorsEntries:
    return AuthorsEntries(row.entry, row.kind, row.order_id, msgspec.convert(row.entries, tuple[Entry, ...]))


def _journal(row: StoredJournal) -> Journal:
    entries = msgspec.convert(row.entries, tuple[Entry, ...])
    return Journal(row.account.removeprefix("journal#"), row.kind, row.order_id, entries)
