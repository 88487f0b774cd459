"""Passes in orders: a line that, once paid, is a period of its buyer's passes."""

from datetime import datetime, timedelta

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.catalog import offers
from chalicelib.catalog.offers import Pass
from chalicelib.core import actors, clock
from chalicelib.core.errors import Conflict, Unprocessable
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.ledger.shares import WHOLE, split
from chalicelib.library import access, passes
from chalicelib.library.passes import Period
from chalicelib.orders import collection, subscriptions
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import ENDING, LineRow, line_row
from chalicelib.orders.shapes import NewOrder, NewSubscription
from chalicelib.orders.taxing import NO_TAX

TOLD_BEFORE = timedelta(days=3)
"""How long before its end a pass's reader hears of it; of a pass of less than twice that, not at all."""

ACTOR = actors.system("passing")


class PassNotForSale(Unprocessable):
    """There is no such pass, it is withdrawn, or it has no price in the order's currency."""

    en = "Pass {pass_id} is not for sale in {currency}."
    zh = "通行证 {pass_id} 未以 {currency} 出售。"


class OwnPass(Conflict):
    """Authors may read what they wrote."""

    en = "This pass is your own."
    zh = "该通行证是您自己的。"


def named(buyer_id: str, wanted: NewOrder | NewSubscription) -> Pass | None:
    """The pass of a cart. One call to the store, and none where none is named. Raises PassNotForSale, OwnPass."""
    if wanted.pass_id is None:
        return None
    found = offers.find_pass(wanted.pass_id)
    if found is None or wanted.currency not in found.prices:
        raise PassNotForSale(field="pass_id", pass_id=wanted.pass_id, currency=wanted.currency)
    if found.owner_id == buyer_id:
        raise OwnPass(field="pass_id")
    return found


def line(order_id: str, number: int, sold: Pass, currency: str, commission: int) -> LineRow:
    """A pass on its terms: what is not the platform's is its author's alone."""
    price, shares = sold.prices[currency], {sold.owner_id: WHOLE}
    parts = split(price, commission, shares)
    return LineRow(
        order_id,
        line_row(number),
        work_id=sold.pass_id,
        work_version=0,
        price=price,
        currency=currency,
        tax=NO_TAX,
        commission_basis_points=commission,
        commission=parts.commission,
        shares=shares,
        author_amounts=parts.authors,
        card={"title": sold.title, "kind": "pass", "subjects": []},
        files=[],
        author_id=sold.owner_id,
        days=sold.days,
    )


def begin(tx: Transaction, order: Order) -> None:
    """The pass of an order that is paid begins, of a gift once it is claimed: now, or where the holder's last one of
    the author ends. One read for that."""
    sold, holder_id = order.passed, order.holder_id
    if sold is None or sold.author_id is None or sold.days is None or holder_id is None:
        return
    if sold.subscription:
        period = subscriptions.begin_period(tx, order, sold)
        collection.change(tx, sold, starts_at=clock.parse(period.starts), ends_at=clock.parse(period.ends))
        return
    source = access.order(order.order_id)
    period = passes.begin(tx, holder_id, sold.author_id, source, sold.days, Moved())
    starts, ends = clock.parse(period.starts), clock.parse(period.ends)
    told = ends - starts >= 2 * TOLD_BEFORE
    waits = {"unfinished": ENDING, "due_at": ends - TOLD_BEFORE} if told else {}
    collection.change(tx, sold, starts_at=starts, ends_at=ends, **waits)


def pass_by(tx: Transaction, sold: LineRow) -> None:
    """The pass of a gift went back before anybody claimed the rest: it has days, if its money comes after all."""
    now = clock.now()
    collection.change(tx, sold, starts_at=now, ends_at=now + timedelta(days=sold.days or 0))


def end(tx: Transaction, order: Order, sold: LineRow, holder_id: str) -> None:
    """Its days are over; those of other orders stay where they are."""
    sources = {access.order(order.order_id)}
    if sold.subscription:
        sources |= subscriptions.lose_period(tx, order, sold)
    passes.revoke(tx, holder_id, str(sold.author_id), sources, Moved())


def restore(tx: Transaction, order: Order, sold: LineRow, holder_id: str) -> None:
    """It has the days that it had, be they over."""
    source = access.order(order.order_id)
    passes.restore(tx, holder_id, str(sold.author_id), source, period_of(sold), Moved())


def period_of(sold: LineRow) -> Period:
    """The days of a pass that is paid. Raises LookupError where it is not."""
    if sold.starts_at is None or sold.ends_at is None:
        raise LookupError(f"{sold.order_id}/{sold.row} has not begun")
    return Period(clock.rfc3339(sold.starts_at), clock.rfc3339(sold.ends_at))


def elapsed(sold: LineRow, now: datetime) -> float:
    """The share of the days that are over, from 0 to 1: what was consumed of a pass."""
    if sold.starts_at is None or sold.ends_at is None:
        return 0.0
    return min(max((now - sold.starts_at) / (sold.ends_at - sold.starts_at), 0.0), 1.0)


def tell(row: LineRow) -> None:
    """Mail that a pass ends soon, once; not where its money went back, or another follows it."""
    order = collection.read(row.order_id)
    sold, holder_id = order.passed, order.holder_id
    if sold is None or sold.unfinished is None or holder_id is None:  # the index was behind
        return
    held, author_id = passes.read(holder_id), str(sold.author_id)
    period = held.periods.get(author_id, {}).get(access.order(order.order_id))
    with all_or_nothing() as tx:
        collection.change(tx, sold, unfinished=None, due_at=None)
        trail.write(tx, ACTOR, "pass.ending", order.order_id, told=bool(period))
        if period and period.ends == held.ends(author_id):
            facts = {"title": sold.card["title"], "ends": f"{period.ends[:10]} {period.ends[11:16]} UTC"}
            mailing.send(tx, "pass_ends", holder_id, key=f"letter:pass:{order.order_id}", **facts)
