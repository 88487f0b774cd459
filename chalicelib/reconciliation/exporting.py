"""The settlement export: each movement of the balance in a month or on a day, with its journal, and their sums.

Held against the payment service's own list of the same period, it is the same to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from chalicelib.core import clock, cursors, exports
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Unprocessable
from chalicelib.core.money import decimal
from chalicelib.ledger import movements
from chalicelib.ledger.movements import Movement
from chalicelib.reconciliation.shapes import PageQuery, SettlementLine, SettlementSums, SettlementView

MOST_SUMMED, MOST_LINES = 100_000, 20_000
"""What one request reads within its time, and what an answer holds: a line takes some 200 bytes of six million."""

COLUMNS = ("at", "transaction", "type", "journal", "gross", "fee", "net", "currency", "order", "payee")


class PeriodTooLong(Unprocessable):
    """More moved in it than one answer holds."""

    en = "Too much moved in this period: ask for its export, for its days one by one, or for its lines page by page."
    zh = "该期间变动过多：请申请导出，或逐日查询，或逐页读取明细。"


def sums(period: str) -> SettlementView:
    """Raises NotFound for a period that has not begun, PeriodTooLong."""
    by_currency: dict[str, list[Movement]] = defaultdict(list)
    for movement in _all(period, MOST_SUMMED):
        by_currency[movement.settled.currency].append(movement)
    return SettlementView(period, [_sums(currency, found) for currency, found in sorted(by_currency.items())])


def lines(period: str, query: PageQuery) -> Page[SettlementLine]:
    """As they happened. One query. Raises NotFound, BadCursor."""
    place = cursors.unseal(query.cursor, "settlement", period)
    found, last = movements.page(*_bounds(period), query.limit, place)
    return Page([_line(movement) for movement in found], cursors.seal(last, "settlement", period))


def as_csv(period: str) -> str:
    """The lines, and after them the sums by currency; amounts in the currency's own units with a point: ``12.30``.
    Raises NotFound, PeriodTooLong."""
    return _table(_all(period, MOST_LINES))


def whole_csv(period: str) -> str:
    """The same, however long it takes, for who does not wait. Raises NotFound."""
    return _table(list(movements.between(*_bounds(period))))


def _table(found: list[Movement]) -> str:
    return exports.as_csv([COLUMNS, *map(_row, map(_line, found)), *_sum_rows(found)])


def _row(line: SettlementLine) -> list[str]:
    names = (line.at, line.transaction_id, line.type, line.journal)
    return [*names, *_amounts(line), line.order_id or "", line.payee or ""]


def _sum_rows(found: list[Movement]) -> Iterator[list[str]]:
    for currency in sorted({movement.settled.currency for movement in found}):
        total = _sums(currency, [movement for movement in found if movement.settled.currency == currency])
        yield ["", "", "sum", "", *_amounts(total), "", ""]


def _all(period: str, most: int) -> list[Movement]:
    found = list(islice(movements.between(*_bounds(period)), most + 1))
    if len(found) > most:
        raise PeriodTooLong
    return found


def _bounds(period: str) -> tuple[int, int]:
    """Its first second, and the next one's. Raises NotFound."""
    first, following = exports.period(period)
    return int(first.timestamp()), int(following.timestamp())


def _sums(currency: str, found: Iterable[Movement]) -> SettlementSums:
    total = SettlementSums(currency, 0, 0, 0, 0, {})
    for settled in (movement.settled for movement in found):
        total.movements += 1
        total.gross += settled.amount
        total.fee += settled.fee
        total.net += settled.net
        total.by_type[settled.type] = total.by_type.get(settled.type, 0) + settled.net
    return total


def _line(movement: Movement) -> SettlementLine:
    settled = movement.settled
    return SettlementLine(
        at=clock.rfc3339(clock.of(settled.created)),
        transaction_id=settled.id,
        type=settled.type,
        journal=movement.journal_id,
        gross=settled.amount,
        fee=settled.fee,
        net=settled.net,
        currency=settled.currency,
        order_id=movement.order_id or None,
        payee=movement.author_id,
    )


def _amounts(line: SettlementLine | SettlementSums) -> list[str]:
    amounts = [decimal(line.currency, amount) for amount in (line.gross, line.fee, line.net)]
    return [*amounts, line.currency.upper()]
