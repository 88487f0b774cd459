"""What an author had, what moved it, and what they have: a month, folded from their entries in the book."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, islice
from typing import NamedTuple

from chalicelib.core import clock, cursors, exports
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Unprocessable
from chalicelib.core.money import decimal
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals
from chalicelib.ledger.journals import AuthorsEntries
from chalicelib.ledger.postings import HELD
from chalicelib.settlement import payees
from chalicelib.settlement.models import ClosingRow, closing_row
from chalicelib.settlement.shapes import PayoutsQuery, StatementLine, StatementSums, StatementView

KINDS = {
    "J1": "sales",
    "J2": "refunds",
    "J3": "refunds",
    "J6": "disputes",
    "J6r": "disputes",
    "Rel": "exchanged",
    "J7": "paid",
    "J8": "paid_back",
    "JXr": "corrections",
    "JSr": "corrections",
}
COLUMNS = ("at", "what", "order", "about", "currency", "held", "available")
MOST_LINES = 20_000
"""What an answer holds: a line takes some 150 bytes of six million."""

SURE_AFTER = timedelta(hours=1)
"""After the end of a month nothing is entered in it any more: what began before has ended, or never will."""


class StatementTooLong(Unprocessable):
    """More moved in the month than one answer holds."""

    en = "This month has too many movements for one table: read its lines page by page."
    zh = "该月变动过多，无法放入一个表格：请逐页读取明细。"


class Sums(NamedTuple):
    """What an author has, by currency, and positive where it is theirs."""

    held: dict[str, int]
    available: dict[str, int]


def view(author_id: str, month: str) -> StatementView:
    """Raises NotFound for a month that has not begun."""
    since, until = _bounds(month)
    opening = _until(author_id, month, since)
    moved: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    closing = Sums(dict(opening.held), dict(opening.available))
    for entries in journals.entries_of(author_id, since, until):
        for entry in entries.entries:
            moved[entry.currency][KINDS[entries.kind]] -= entry.amount
        _add(closing, [entries])
    currencies = sorted(opening.held.keys() | opening.available.keys() | moved.keys())
    sums = [_sums(currency, opening, moved[currency], closing) for currency in currencies]
    withheld = payees.withheld_since(payees.find(author_id))
    return StatementView(month, _is_closed(until), withheld, sums)


def page(author: Actor, month: str, query: PayoutsQuery) -> Page[StatementLine]:
    """Movements of the month, the newest first. Raises NotFound, BadCursor."""
    scope, bounds = ("statement", month, author.account_id), _bounds(month)
    found, last = journals.page_of(author.account_id, *bounds, query.limit, cursors.unseal(query.cursor, *scope))
    lines = [line for entries in found for line in _lines(entries)]
    return Page(lines, cursors.seal(last, *scope))


def as_csv(author_id: str, month: str) -> str:
    """The lines of a month as they happened, amounts in the currency's own units with a point: ``12.30``.
    Raises NotFound, StatementTooLong."""
    found = list(islice(journals.entries_of(author_id, *_bounds(month)), MOST_LINES + 1))
    if len(found) > MOST_LINES:
        raise StatementTooLong
    return exports.as_csv([COLUMNS, *map(_row, chain.from_iterable(map(_lines, found)))])


def _row(line: StatementLine) -> list[str]:
    amounts = (decimal(line.currency, amount) for amount in (line.held, line.available))
    return [line.at, line.what, line.order_id or "", line.about, line.currency.upper(), *amounts]


def _bounds(month: str) -> tuple[str, str]:
    """The moments of its beginning, and of the next one's. Raises NotFound."""
    first, following = exports.month(month)
    return clock.rfc3339(first), clock.rfc3339(following)


def _is_closed(until: str) -> bool:
    return clock.now() > clock.parse(until) + SURE_AFTER


def _until(author_id: str, month: str, since: str) -> Sums:
    """What there was when the month began: by the last month that was closed, and what came after. Closed months are
    kept, so that no statement reads all that ever was."""
    known = ClosingRow.query(
        author_id, ClosingRow.row.between("closing#", closing_row(month)), scan_index_forward=False, limit=2
    )
    last = next((row for row in known if row.row != closing_row(month)), None)
    sums = Sums(dict(last.held), dict(last.available)) if last else Sums({}, {})
    begin = _bounds(last.row.removeprefix("closing#"))[1] if last else journals.ALWAYS[0]
    if begin == since:
        return sums
    _add(sums, journals.entries_of(author_id, begin, since))
    if _is_closed(since):
        before = (clock.parse(since) - timedelta(days=1)).strftime("%Y-%m")
        with all_or_nothing() as tx:
            tx.put(ClosingRow(author_id, closing_row(before), held=sums.held, available=sums.available))
    return sums


def _add(sums: Sums, found: Iterable[AuthorsEntries]) -> None:
    for entries in found:
        for entry in entries.entries:
            there = sums.held if entry.account.startswith(HELD) else sums.available
            there[entry.currency] = there.get(entry.currency, 0) - entry.amount


def _sums(currency: str, opening: Sums, moved: dict[str, int], closing: Sums) -> StatementSums:
    held, available = closing.held.get(currency, 0), closing.available.get(currency, 0)
    return StatementSums(
        currency=currency,
        opening=opening.held.get(currency, 0) + opening.available.get(currency, 0),
        closing=held + available,
        held=held,
        available=available,
        **{name: moved.get(name, 0) for name in sorted(set(KINDS.values()))},
    )


def _lines(entries: AuthorsEntries) -> Iterable[StatementLine]:
    for currency in sorted({entry.currency for entry in entries.entries}):
        parts = {"held": 0, "available": 0}
        for entry in entries.entries:
            if entry.currency == currency:
                parts["held" if entry.account.startswith(HELD) else "available"] -= entry.amount
        what, about = KINDS[entries.kind], entries.about
        yield StatementLine(entries.at, what, entries.order_id or None, about, currency, **parts)
