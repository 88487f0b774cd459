"""I1 to I9, each proved or every difference named: the books as they are stored, and what the last comparison with
Stripe found. A scan, for operators and tests."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from chalicelib.core import clock
from chalicelib.ledger import movements
from chalicelib.ledger.movements import Movement
from chalicelib.ledger.postings import PENDING, SUSPENSE
from chalicelib.orders import invariants
from chalicelib.orders.invariants import Books, Difference
from chalicelib.reconciliation import balancing, findings
from chalicelib.reconciliation.models import UNKNOWN, ComparisonRow

NAMES = (*(f"I{number}" for number in range(1, 10)), "books")
A_DAY = timedelta(days=1)


class Report(Struct):
    """What was looked at, and every difference found. ``found`` counts them by invariant: none is a proof. I3 and I4
    are as of the last comparison, ``compared_at``; before the first one nothing is known of Stripe's side."""

    journals: int
    orders: int
    holdings: int
    movements: int
    found: dict[str, int]
    compared_at: str | None
    balance: dict[str, int]
    differences: list[Difference]


def prove() -> Report:
    """The whole of it, and a page where something differs."""
    books, moved, last = invariants.read(), list(movements.every()), balancing.last()
    found = [
        *invariants.differences(books),
        *_movements_are_booked(books, moved),
        *_compared(last),
        *_suspense_is_known(books),
        *_nothing_waits(books),
    ]
    invariants.tell(found)
    counted = Counter(difference.invariant for difference in found)
    return Report(
        journals=len(books.journals),
        orders=len(books.orders),
        holdings=len(books.holdings),
        movements=len(moved),
        found={name: counted[name] for name in NAMES},
        compared_at=clock.rfc3339(last.compared_at) if last and last.compared_at else None,
        balance=dict(last.balance or {}) if last else {},
        differences=found,
    )


def _movements_are_booked(books: Books, moved: list[Movement]) -> Iterator[Difference]:
    """I3, our side: each movement is what its journal moves, and no journal moves anything else. JX that was explained
    is undone by JXw."""
    due = {name: cash for name, journal in books.journals.items() if any((cash := movements.moved(journal)).values())}
    for movement in moved:
        cash = due.pop(movement.journal_id, {})
        if cash != {movement.settled.currency: movement.settled.net} and (cash or movement.settled.net):
            told = f"{movement.settled.net} {movement.settled.currency} moved, and {movement.journal_id} says {cash}"
            yield Difference("I3", movement.settled.id, told)
    for name, cash in due.items():
        undone = name.replace("JX#", "JXw#") in due and name.startswith("JX#")
        undoes = name.replace("JXw#", "JX#") in due and name.startswith("JXw#")
        if not undone and not undoes:
            yield Difference("I3", name, f"{cash} moved, and is no movement of the provider's balance")


def _compared(last: ComparisonRow | None) -> Iterator[Difference]:
    """I3 and I4, Stripe's side: as the last comparison left it."""
    for row in findings.open_ones():
        if row.kind != UNKNOWN:
            moved = row.amount - row.fee
            yield Difference("I3", row.subject, f"{row.type} of {moved} {row.currency} is {row.kind}: {row.why}")
    if last and last.compared_at and clock.now() - last.compared_at > A_DAY:
        yield Difference("I3", "comparison", f"nothing was compared since {clock.rfc3339(last.compared_at)}")
    for currency, amount in ((last and last.off) or {}).items():
        yield Difference(
            "I4", currency, f"Stripe's balance is {amount} {currency} more than the book and what it misses"
        )


def _suspense_is_known(books: Books) -> Iterator[Difference]:
    """What is in suspense for nothing that we know is an open finding, so that somebody sees it."""
    named = [name.partition("#") for name in books.journals if name.startswith("JX")]
    ended = {about for kind, _, about in named if kind != "JX"}
    due = {about for kind, _, about in named if kind == "JX"} - ended
    for name in sorted(due ^ {row.subject for row in findings.open_ones() if row.kind == UNKNOWN}):
        yield Difference("I8", name, "is in suspense, and no open finding" if name in due else "is not in suspense")


def _nothing_waits(books: Books) -> Iterator[Difference]:
    """I8: what is in suspense, or taken and not in the balance, is so for a day at most."""
    for account in (SUSPENSE, PENDING):
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        since = {}
        for name, journal in sorted(books.journals.items(), key=lambda item: books.posted_at[item[0]]):
            about = name.partition("#")[2] if account == PENDING or not journal.order_id else journal.order_id
            before = any(sums[about].values())
            for entry in journal.entries:
                if entry.account == account:
                    sums[about][entry.currency] -= entry.amount
            if not before:
                since[about] = books.posted_at[name]
        for about, amounts in sums.items():
            waits = {currency: amount for currency, amount in amounts.items() if amount}
            if waits and clock.now() - since[about] > A_DAY:
                yield Difference("I8", about, f"{waits} in {account} since {clock.rfc3339(since[about])}")
