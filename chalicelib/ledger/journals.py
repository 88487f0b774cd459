"""The book: journals are put in once, by their id, and never changed; authors' balances move with them."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction
from chalicelib.ledger.entries import Entry, Journal, must_balance
from chalicelib.ledger.models import StoredBalance, StoredJournal, journal_key
from chalicelib.ledger.postings import HELD


class AlreadyPosted(Conflict):
    """The journal of this event is in the book."""


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
    for (account, currency), amount in kept_balances([journal]).items():
        moved = [StoredBalance.amount.add(amount)]
        tx.update(StoredBalance(account, currency), moved, any_version=True)


def items(journal: Journal) -> int:
    """How many of a transaction's hundred items posting it takes."""
    return 1 + len(kept_balances([journal]))


def kept_balances(journals: list[Journal]) -> dict[tuple[str, str], int]:
    """What the kept balances must be, by account and currency, where these are all the journals."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for journal in journals:
        for entry in journal.entries:
            if entry.account.startswith(HELD):
                sums[entry.account, entry.currency] += entry.amount
    return dict(sums)


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
    for row in StoredJournal.scan(consistent_read=True):
        yield _journal(row)


def every_balance() -> dict[tuple[str, str], int]:
    """All kept balances, by account and currency."""
    rows = StoredBalance.scan(consistent_read=True)
    return {(row.account, row.currency): int(row.amount) for row in rows}


def _journal(row: StoredJournal) -> Journal:
    entries = msgspec.convert(row.entries, tuple[Entry, ...])
    return Journal(row.account.removeprefix("journal#"), row.kind, row.order_id, entries)
