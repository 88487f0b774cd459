"""How each journal moved the provider's balance: a row a movement, so that none is booked twice, and so that the book
can be held against the provider's, movement by movement and to the sum."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.core import clock, tables
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.ledger.entries import Journal, Settled, Unbalanced
from chalicelib.ledger.models import StoredCash, StoredMovement
from chalicelib.ledger.postings import CASH, author_of

UNKNOWN = "JX#"
MOVEMENTS, SUMS = "movements", "cash"


class AlreadyBooked(Conflict):
    """The movement is in the book, by another journal."""


class Movement(Struct, frozen=True):
    """``author_id`` is who was paid, or paid back. ``placed``: people decided where an unknown one belongs."""

    settled: Settled
    journal_id: str
    order_id: str
    author_id: str | None = None
    placed: bool = False

    @property
    def is_unknown(self) -> bool:
        return self.journal_id.startswith(UNKNOWN)


def enter(tx: Transaction, journal: Journal) -> None:
    """Put in how the journal that is posted moves the balance, where it does. What explains a movement takes the place
    of the journal that called it unknown. Raises Unbalanced at once; AlreadyBooked at the commit."""
    if journal.settled is None:
        return
    net = {journal.settled.currency: journal.settled.net} if journal.settled.net else {}
    if moved(journal) != net:
        raise Unbalanced(f"{journal.id} moves {moved(journal)}, and {journal.settled.id} {journal.settled.net}")
    free = StoredMovement.is_new()
    if not journal.id.startswith(UNKNOWN):
        unknown = StoredMovement.journal_id.startswith(UNKNOWN) & StoredMovement.placed.does_not_exist()
        free = free | unknown
    tx.put(_row(journal.settled, journal), free, AlreadyBooked())


def place(tx: Transaction, movement: Movement) -> None:
    """People decided where an unknown movement belongs: no explanation takes its place any more. At the commit:
    AlreadyBooked, where one did."""
    row = StoredMovement(MOVEMENTS, _entry(movement.settled))
    known = StoredMovement.journal_id == movement.journal_id
    tx.update(row, [StoredMovement.placed.set(True)], known, AlreadyBooked())


def moved(journal: Journal) -> dict[str, int]:
    """What the journal moves of the balance, by currency."""
    sums: dict[str, int] = {}
    for entry in journal.entries:
        if entry.account == CASH:
            sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount
    return sums


def find(settled: Settled) -> Movement | None:
    try:
        return _movement(StoredMovement.get(MOVEMENTS, _entry(settled), consistent_read=True))
    except StoredMovement.DoesNotExist:
        return None


def between(since: int, until: int) -> Iterator[Movement]:
    """What moved from one second until before another, as it happened. A query a megabyte."""
    bounds = StoredMovement.entry.between(_second(since), _second(until))
    for row in StoredMovement.query(MOVEMENTS, bounds, consistent_read=True):
        yield _movement(row)


def page(since: int, until: int, limit: int, place: dict[str, Any] | None) -> tuple[list[Movement], Any]:
    """A page of the same, and the place after which the next begins. One query."""
    bounds = StoredMovement.entry.between(_second(since), _second(until))
    found = StoredMovement.query(MOVEMENTS, bounds, limit=limit, last_evaluated_key=place)
    rows, last = tables.page(found)
    return [_movement(row) for row in rows], last


def every() -> Iterator[Movement]:
    """All that ever moved: for checks, never for a request."""
    for row in StoredMovement.scan(StoredMovement.account == MOVEMENTS, consistent_read=True):
        yield _movement(row)


def cash(until: int) -> dict[str, int]:
    """What the balance came to before that second, by currency: by the last closed day, and what came after."""
    sums, since = _closed_before(until)
    return _add(sums, between(since, until))


def close(until: int) -> None:
    """Keep what the balance came to at the end of the day before that second: nothing that moved until then is entered
    any more."""
    day = datetime.combine(clock.of(until).date(), time(), UTC)
    sums, since = _closed_before(int(day.timestamp()))
    if since == day.timestamp():
        return
    ended = (day - timedelta(days=1)).strftime("%Y-%m-%d")
    with all_or_nothing() as tx:
        tx.put(StoredCash(SUMS, ended, amounts=_add(sums, between(since, int(day.timestamp())))))


def _closed_before(until: int) -> tuple[dict[str, int], int]:
    """The sums of the last closed day, and the second after it."""
    before = (clock.of(until) - timedelta(days=1)).strftime("%Y-%m-%d")
    for row in StoredCash.query(SUMS, StoredCash.entry <= before, scan_index_forward=False, limit=1):
        ended = datetime.strptime(row.entry, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
        return dict(row.amounts), int(ended.timestamp())
    return {}, 0


def _add(sums: dict[str, int], found: Iterable[Movement]) -> dict[str, int]:
    for movement in found:
        currency = movement.settled.currency
        sums[currency] = sums.get(currency, 0) + movement.settled.net
    return sums


def _second(moment: int) -> str:
    """Text order is time order, until the year 2286."""
    return f"{moment:010d}"


def _entry(settled: Settled) -> str:
    return f"{_second(settled.created)}#{settled.id}"


def _row(settled: Settled, journal: Journal) -> StoredMovement:
    authors = [author for entry in journal.entries if (author := author_of(entry.account))]
    return StoredMovement(
        MOVEMENTS,
        _entry(settled),
        transaction=settled.id,
        type=settled.type,
        amount=settled.amount,
        fee=settled.fee,
        currency=settled.currency,
        created=settled.created,
        journal_id=journal.id,
        order_id=journal.order_id,
        author_id=None if journal.order_id or not authors else authors[0],
    )


def _movement(row: StoredMovement) -> Movement:
    settled = Settled(row.transaction, row.amount, row.fee, row.currency, row.created, row.type)
    return Movement(settled, row.journal_id, row.order_id, row.author_id, bool(row.placed))
