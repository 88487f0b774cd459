"""Subscriptions: passes that a card renews. Their rows, what they amount to, and what a paid period means for one.

A paid period is followed by a grace: while the subscription renews, its reader goes on for some days after what is
paid, for the next payment takes an hour at least. The grace is a mark, no period: what is paid begins where what was
paid ended, and the mark moves behind it. It goes where nothing will renew it.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.core import actors, clock, cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import NotFound
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction
from chalicelib.library import access, passes
from chalicelib.library.passes import Period
from chalicelib.orders import collection
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import (
    SUBSCRIPTION,
    AnyRow,
    LineRow,
    SubscriptionRow,
    subscriber_key,
    subscription_row,
)
from chalicelib.orders.shapes import OrdersQuery, SubscriptionView
from chalicelib.outbox import tasks

GRACE = timedelta(days=7)
"""How long a reader goes on after what is paid; at most half of what a period is."""

ACTOR = actors.system("subscriptions")


def grace_of(days: int) -> timedelta:
    return min(GRACE, timedelta(days=days) / 2)


def read(account_id: str, subscription_id: str) -> SubscriptionRow:
    """One consistent read. Raises NotFound, also where it is somebody else's."""
    try:
        return SubscriptionRow.get(subscriber_key(account_id), subscription_row(subscription_id), consistent_read=True)
    except SubscriptionRow.DoesNotExist:
        raise NotFound from None


def of_account(account_id: str) -> list[SubscriptionRow]:
    """All that the account ever had, as of this moment. One query."""
    rows: list[Any] = list(AnyRow.query(subscriber_key(account_id), consistent_read=True))
    return rows


def mine(buyer: Actor, query: OrdersQuery) -> Page[SubscriptionView]:
    """Mine, the newest first. One query. Raises BadCursor."""
    place = cursors.unseal(query.cursor, "subscriptions", buyer.party_id)
    found = AnyRow.query(
        subscriber_key(buyer.party_id), scan_index_forward=False, limit=query.limit, last_evaluated_key=place
    )
    rows, last = tables.page(found)
    return Page([view(row) for row in rows], cursors.seal(last, "subscriptions", buyer.party_id))


def status(row: SubscriptionRow) -> str:
    """created, awaiting, processing, active, past_due, ending, ended, expired or failed. What is known of a payment
    outweighs what was known of its absence."""
    if row.ended_at:
        return "ended"
    if row.begun_at:
        if row.cancel_asked_at or row.stopping_at:
            return "ending"
        return "past_due" if row.past_due_at else "active"
    if row.provider_id:
        return "processing"
    if row.failed_at:
        return "failed"
    if row.expired_at:
        return "expired"
    return "awaiting" if row.awaiting_at else "created"


def is_payable(row: SubscriptionRow) -> bool:
    return status(row) in ("created", "awaiting") and row.closes_at > clock.now()


def renews(row: SubscriptionRow) -> bool:
    """It was paid, and will be again as far as anybody knows."""
    return status(row) in ("active", "past_due")


def has_rival(row: SubscriptionRow) -> bool:
    """Another of the account's renews a pass of the same author. One query."""
    others = [each for each in of_account(row.subscriber_id) if each.row != row.row]
    return any(other.author_id == row.author_id and renews(other) for other in others)


def view(row: SubscriptionRow) -> SubscriptionView:
    payable, goes_on = is_payable(row), renews(row)
    return SubscriptionView(
        subscription_id=row.subscription_id,
        status=status(row),
        pass_id=row.pass_id,
        author_id=row.author_id,
        title=row.title,
        days=row.days,
        currency=row.currency,
        price=row.price,
        written_price=written(row.currency, row.price),
        asked_at=clock.rfc3339(row.asked_at),
        pay_at=row.session_url if payable else None,
        expires_at=clock.rfc3339(row.closes_at) if payable else None,
        paid_until=_moment(row.paid_until),
        grace_until=_moment(row.grace_until),
        renews_at=_moment(row.renews_at) if goes_on else None,
        ended_at=_moment(row.ended_at),
        last_order_id=row.last_order,
    )


def begin_period(tx: Transaction, order: Order, sold: LineRow) -> Period:
    """What an invoice paid begins where the last one ended, where its reader went on by the grace; else now. Two
    reads."""
    row, now = read(order.header.buyer_id, str(sold.subscription)), clock.now()
    bridged = row.grace_until is not None and now <= row.grace_until
    stops = row.ended_at or row.stopping_at or row.cancel_asked_at
    goes_on = renews(row) or (row.begun_at is None and not stops)
    marks = {passes.grace(row.subscription_id): grace_of(sold.days or 0)} if goes_on else {}
    source, since = access.order(order.order_id), row.paid_until if bridged else now
    period = passes.begin(tx, row.subscriber_id, row.author_id, source, sold.days or 0, Moved(), since, marks)
    until = clock.parse(period.ends)
    facts: dict[str, Any] = {"paid_until": until, "grace_until": until + grace_of(sold.days or 0) if marks else None}
    if not row.ended_at and row.unfinished is None:
        facts |= {"unfinished": SUBSCRIPTION, "due_at": now}
    facts |= {"begun_at": row.begun_at or now, "past_due_at": None}
    if row.begun_at is None and row.cancel_asked_at:
        end_renewal(tx, row, str(sold.billed_by), at_once=False)
    collection.change(tx, row, provider_id=sold.billed_by, last_order=order.order_id, **facts)
    return period


def lose_period(tx: Transaction, order: Order, sold: LineRow) -> set[str]:
    """The money of a period went back, or a bank has it. Where it was the last, its grace goes, too, and nothing is
    charged any more. Gives the marks to take away."""
    row = read(order.header.buyer_id, str(sold.subscription))
    if row.last_order != order.order_id:
        return set()
    if row.grace_until:
        collection.change(tx, row, grace_until=None)
    if not row.ended_at:
        end_renewal(tx, row, str(sold.billed_by), at_once=True, order_id=order.order_id)
    return {passes.grace(row.subscription_id)}


def end_renewal(
    tx: Transaction, row: SubscriptionRow, billed_by: str, *, at_once: bool, order_id: str | None = None
) -> None:
    """Decide that the provider charges nothing more: with the period, or ``at_once``; with an ``order_id``, only where
    that is still the last one."""
    told = {"account_id": row.subscriber_id, "subscription_id": row.subscription_id, "billed_by": billed_by}
    tasks.put(tx, "order-effects", "end_renewal", {**told, "at_once": at_once, "order_id": order_id})


def take_grace(tx: Transaction, row: SubscriptionRow) -> dict[str, Any]:
    """Nothing will renew it: its reader goes on until what is paid ends. Gives the fact of it. One read where there is
    a mark."""
    if row.grace_until is None:
        return {}
    passes.revoke(tx, row.subscriber_id, row.author_id, {passes.grace(row.subscription_id)}, Moved())
    return {"grace_until": None}


def _moment(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None
