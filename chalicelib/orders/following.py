"""What the provider tells of a subscription, and how it is looked at when nothing is told.

The row is read before the provider is asked, and is written only as it was read: an older sight loses against a newer.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.core import actors, clock
from chalicelib.core.errors import Conflict
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction, decided
from chalicelib.orders import collection, subscriptions
from chalicelib.orders.models import SUBSCRIPTION, SubscriptionRow
from chalicelib.payments import billing, inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import EXPIRED, Invoice, Session, Subscription

ACTOR = actors.system("following")
KNOWN = frozenset({"incomplete", "incomplete_expired", "active", "past_due", "unpaid", "canceled"})
"""Trials and pauses are none of ours, and the provider may add more: of one that is not here, nothing is guessed."""

LOOKS = (timedelta(days=-3), timedelta(hours=-2), timedelta(hours=3))
"""When one is looked at around the end of its period: twice while it can still be stopped, and once it was charged."""
UNPAID, UNSEEN, OVER = timedelta(hours=6), timedelta(minutes=10), timedelta(minutes=10)
"""How often one is looked at whose period is over, and the next not paid; and one whose first payment is not seen. How
long after its end the last look comes, for what was paid and nobody told of."""


class SubscriptionUnknown(Exception):
    """The provider says of it what we do not know."""


def observe(session: Session, event: Event | None = None) -> None:
    """Enter what a page to subscribe on has come to. Raises NotFound where it is for none of ours."""
    if session.begun:
        return note(session.account_id, session.order_id, session.begun, event)

    def decide(tx: Transaction) -> None:
        row = subscriptions.read(session.account_id, session.order_id)
        if facts := _of_page(row, session):
            collection.change(tx, row, **facts)
        inbox.finish(tx, event)

    return decided(decide, Conflict)


def note(
    account_id: str, subscription_id: str, billed_by: str, event: Event | None = None, *, looked: bool = False
) -> None:
    """Enter what is new of a subscription; where it was ``looked`` at, the look after this, which no event puts off.

    Raises NotFound, SubscriptionUnknown, ProviderUnavailable.
    """

    def decide(tx: Transaction) -> None:
        row = subscriptions.read(account_id, subscription_id)
        seen = billing.read_subscription(billed_by)
        if seen.status not in KNOWN:
            raise SubscriptionUnknown(f"{seen.id} is {seen.status}")
        if _is_it(row, seen):
            _enter(tx, row, seen, looked)
        inbox.finish(tx, event)

    decided(decide, Conflict)


def _is_it(row: SubscriptionRow, seen: Subscription) -> bool:
    """One that was begun twice is the first that was paid: the other is being ended, or never was begun."""
    return seen.id == row.provider_id if row.provider_id else not seen.status.startswith("incomplete")


def _of_page(row: SubscriptionRow, session: Session) -> dict[str, Any]:
    if session.status == EXPIRED:
        told = row.session_id == session.id and not row.expired_at and not row.provider_id
        return {"expired_at": clock.now(), "unfinished": None, "due_at": None} if told else {}
    if row.session_id is None:
        return {"session_id": session.id, "session_url": session.url, "awaiting_at": clock.now()}
    return {}


def _enter(tx: Transaction, row: SubscriptionRow, seen: Subscription, looked: bool) -> None:
    facts = _ended(row, looked) if seen.over else _going_on(row, seen, looked)
    if not facts:
        return
    if "ended_at" in facts or "stopping_at" in facts:
        facts |= subscriptions.take_grace(tx, row)
    if "ended_at" in facts and row.begun_at:
        _write(tx, row, "subscription_ended", "ended", until=_day(row.paid_until))
    if "unpaid_invoice" in facts and seen.latest:
        told = {"amount": written(row.currency, row.price), "url": seen.latest.url or ""}
        _write(tx, row, "renewal_failed", seen.latest.id, **told, until=_day(row.grace_until or row.paid_until))
    collection.change(tx, row, provider_id=seen.id, **facts)
    trail.write(tx, ACTOR, "subscription.seen", row.subscription_id, status=seen.status, new=sorted(facts))


def _ended(row: SubscriptionRow, looked: bool) -> dict[str, Any]:
    if not row.ended_at:
        now = clock.now()
        return {"ended_at": now, "past_due_at": None, "unfinished": SUBSCRIPTION, "due_at": now + OVER}
    return {"unfinished": None, "due_at": None} if looked and row.unfinished else {}


def _going_on(row: SubscriptionRow, seen: Subscription, looked: bool) -> dict[str, Any]:
    if row.ended_at:
        return {}
    now, facts = clock.now(), dict[str, Any]()
    for name, holds in (("past_due_at", seen.late), ("stopping_at", seen.stops)):
        if holds != bool(getattr(row, name)):
            facts[name] = now if holds else None
    renews_at = clock.of(seen.period_ends)
    if row.renews_at != renews_at:
        facts["renews_at"] = renews_at
    if seen.latest and _failed(seen.latest) and row.unpaid_invoice != seen.latest.id and row.begun_at:
        facts["unpaid_invoice"] = seen.latest.id
    due = next_look(row, renews_at, now)
    if looked or row.unfinished is None or row.provider_id is None or due < row.due_at:
        facts |= {"unfinished": SUBSCRIPTION, "due_at": due}
    return facts


def _failed(invoice: Invoice) -> bool:
    return invoice.status == "open" and invoice.tried > 0


def next_look(row: SubscriptionRow, renews_at: datetime, now: datetime) -> datetime:
    """Around the end of its period; sooner, where what is paid is over."""
    coming = [renews_at + after for after in LOOKS if renews_at + after > now]
    if row.paid_until is None:
        return now + UNSEEN
    return min(coming + ([now + UNPAID] if row.paid_until <= now else []), default=now + UNPAID)


def _write(tx: Transaction, row: SubscriptionRow, letter: str, about: str, **facts: str) -> None:
    """To its subscriber, once."""
    key = f"letter:subscription:{row.subscription_id}:{about}"
    mailing.send(tx, letter, row.subscriber_id, key=key, title=row.title, **facts)


def _day(moment: datetime | None) -> str:
    return f"{clock.rfc3339(moment)[:16].replace('T', ' ')} UTC" if moment else "–"
