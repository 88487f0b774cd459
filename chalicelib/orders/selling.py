"""A sale as one of its authors sees it: what was paid, what went to whom, and what they have of it."""

from collections.abc import Iterable

from chalicelib.core import clock, cursors
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import NotFound
from chalicelib.ledger import journals, postings
from chalicelib.ledger.earnings import Earned
from chalicelib.ledger.journals import AuthorsEntries
from chalicelib.orders import collection, earning, history, refunding, status
from chalicelib.orders.collection import Order
from chalicelib.orders.models import LineRow
from chalicelib.orders.shapes import OrdersQuery, SaleCard, SaleLine, SaleView


def mine(author: Actor, query: OrdersQuery) -> Page[SaleCard]:
    """The author's sales, the newest first. Raises BadCursor."""
    place = cursors.unseal(query.cursor, "sales", author.account_id)
    found, last = journals.page_of(author.account_id, *journals.ALWAYS, query.limit, place, kind="J1")
    return Page([_card(sale) for sale in found], cursors.seal(last, "sales", author.account_id))


def one_of_mine(author: Actor, order_id: str) -> SaleView:
    """Raises NotFound, also where none of it is the author's."""
    order = collection.read(order_id)
    lines = [line for line in order.lines if author.account_id in line.author_amounts]
    if not lines or not order.header.paid_at:
        raise NotFound
    has = earning.of(order)
    my_rows = {line.row for line in lines}
    mine = has.of.get(author.account_id, Earned())
    return SaleView(
        order_id=order_id,
        sold_at=clock.rfc3339(order.header.paid_at),
        status=status.of(order.header),
        currency=order.header.currency,
        lines=[_line(author.account_id, line) for line in lines],
        processor_fee=_fee(order),
        held=mine.held,
        released=mine.released,
        available=mine.available,
        settled_in=has.settled_in,
        complaints=[history.complaint_view(row, lines) for row in order.complaints if row.line in my_rows],
    )


def _card(sale: AuthorsEntries) -> SaleCard:
    share = -sum(entry.amount for entry in sale.entries)
    return SaleCard(sale.order_id, sale.at, sale.entries[0].currency, share)


def _line(author_id: str, line: LineRow) -> SaleLine:
    taken = refunding.taken_of(line)
    return SaleLine(
        work_id=line.work_id,
        title=line.card["title"],
        gross=line.price,
        tax=line.tax["amount"],
        commission=line.commission,
        commission_basis_points=line.commission_basis_points,
        shares=dict(sorted(line.author_amounts.items())),
        share=line.author_amounts[author_id],
        refunded=line.booked,
        taken_back=taken.authors.get(author_id, 0),
    )


def _fee(order: Order) -> dict[str, int]:
    """What the provider kept of the whole payment, by currency; the platform bears it. Nothing before it is known."""
    bought = order.purchase
    settlement = journals.find(f"J1s#{bought.row.removeprefix('payment#')}") if bought else None
    fees: Iterable[tuple[str, int]] = (
        (entry.currency, entry.amount)
        for entry in (settlement.entries if settlement else ())
        if entry.account == postings.FEE
    )
    return dict(fees)
