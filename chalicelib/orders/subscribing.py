"""Beginning a subscription: recorded on terms that the server sets, then a page is opened on which a card pays it."""

from datetime import timedelta

import msgspec

from chalicelib.audit import trail
from chalicelib.catalog.offers import Pass
from chalicelib.core import clock, settings
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict
from chalicelib.core.idempotency import Once
from chalicelib.core.logs import logger
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import collection, passing, refund_policy, subscriptions, taxing, terms
from chalicelib.orders.checkout import CLOCKS_DIFFER, CheckoutDeclined
from chalicelib.orders.collection import Moved
from chalicelib.orders.models import SUBSCRIPTION, SubscriptionRow, subscriber_key, subscription_row
from chalicelib.orders.shapes import NewSubscription, SubscriptionView
from chalicelib.payments import billing, gateway
from chalicelib.payments.objects import OPEN, Item, Recurring, Session
from chalicelib.payments.wire import ProviderDeclined, ProviderUnavailable

OPEN_FOR = timedelta(minutes=45)


class AlreadySubscribed(Conflict):
    """One of the account's subscriptions renews a pass of this author."""

    en = "You have a subscription to this author already."
    zh = "您已订阅该作者。"


def subscribe(buyer: Actor, wanted: NewSubscription, once: Once) -> SubscriptionView:
    """Record it, then ask for the money, as with orders.

    Raises PassNotForSale, OwnPass, AlreadySubscribed, AlreadyClaimed, CheckoutDeclined, ProviderUnavailable.
    """
    row = subscriptions.read(buyer.party_id, once.subject) if once.resumed else _record(buyer, wanted, once)
    if once.resumed and row.failed_at:
        once.release()
        raise CheckoutDeclined(field="currency")
    if once.resumed and (row.session_id or not subscriptions.is_payable(row)):
        return _answer(row, once)
    try:
        session = _reopen(row) if once.resumed else billing.open_subscription(_recurring(row))
    except ProviderUnavailable:
        once.release()
        raise
    except ProviderDeclined as error:
        once.release()
        _give_up(row, error)
        raise CheckoutDeclined(field="currency") from error
    return _attach(row, session, once)


def location(subscription_id: str) -> str:
    return f"/v1/me/subscriptions/{subscription_id}"


def _record(buyer: Actor, wanted: NewSubscription, once: Once) -> SubscriptionRow:
    sold = passing.named(buyer.party_id, wanted)
    if sold is None:
        raise passing.PassNotForSale(field="pass_id", pass_id=wanted.pass_id, currency=wanted.currency)
    row = _row(buyer, sold, wanted.currency, once.subject)
    if subscriptions.has_rival(row):
        raise AlreadySubscribed(field="pass_id")
    with all_or_nothing() as tx:
        once.claim(tx)
        tx.insert(row)
        trail.write(tx, buyer, "subscription.asked", once.subject, of=sold.pass_id)
    return row


def _row(buyer: Actor, sold: Pass, currency: str, subscription_id: str) -> SubscriptionRow:
    now = clock.now()
    return SubscriptionRow(
        subscriber_key(buyer.party_id),
        subscription_row(subscription_id),
        pass_id=sold.pass_id,
        author_id=sold.owner_id,
        title=sold.title,
        days=sold.days,
        currency=currency,
        price=sold.prices[currency],
        commission_basis_points=terms.commission_of(sold.owner_id),
        refund_policy=terms.REFUND_POLICY,
        asked_at=now,
        closes_at=now + OPEN_FOR,
        unfinished=SUBSCRIPTION,
        due_at=now + OPEN_FOR,
    )


def _recurring(row: SubscriptionRow) -> Recurring:
    return Recurring(
        subscription_id=row.subscription_id,
        account_id=row.subscriber_id,
        attempt=row.attempt,
        currency=row.currency,
        item=Item(row.title, row.price),
        days=row.days,
        expires_at=int(row.closes_at.timestamp()),
        return_url=f"{settings.value('PUBLIC_URL')}/subscriptions/{row.subscription_id}",
        note=refund_policy.in_words(row.refund_policy),
        tax_code=taxing.CODES["pass"] if taxing.is_on() else None,
    )


def _reopen(row: SubscriptionRow) -> Session:
    """An earlier try broke off: look first, and note a new attempt before it is made. See ``checkout``."""
    since = int(row.asked_at.timestamp()) - CLOCKS_DIFFER
    found = gateway.find_checkout(row.subscription_id, since)
    if found and found.status == OPEN:
        return found
    closes_at = clock.now() + OPEN_FOR
    with all_or_nothing() as tx:
        collection.change(tx, row, attempt=row.attempt + 1, closes_at=closes_at, due_at=closes_at)
    return billing.open_subscription(_recurring(row))


def _attach(row: SubscriptionRow, session: Session, once: Once) -> SubscriptionView:
    """Note where it is paid. Where it moved meanwhile, what it became is the answer."""
    _must_fit(row, session)
    try:
        with all_or_nothing() as tx:
            collection.change(tx, row, session_id=session.id, session_url=session.url, awaiting_at=clock.now())
            shown = subscriptions.view(row)
            once.settle(tx, 201, msgspec.json.encode(shown), location(row.subscription_id))
        return shown
    except Moved:
        return _overtaken(subscriptions.read(row.subscriber_id, row.subscription_id), session, once)


def _overtaken(row: SubscriptionRow, session: Session, once: Once) -> SubscriptionView:
    """The buyer canceled, a webhook was faster, or who took over opened another page."""
    if row.session_id is None and subscriptions.is_payable(row):
        return _attach(row, session, once)
    if row.cancel_asked_at or row.session_id not in (None, session.id):
        gateway.close_checkout(session.id)
    return _answer(row, once)


def _answer(row: SubscriptionRow, once: Once) -> SubscriptionView:
    shown = subscriptions.view(row)
    with all_or_nothing() as tx:
        once.settle(tx, 201, msgspec.json.encode(shown), location(row.subscription_id))
    return shown


def _must_fit(row: SubscriptionRow, session: Session) -> None:
    """What the page asks for is what we asked for."""
    if (session.amount, session.currency) != (row.price, row.currency):
        gateway.close_checkout(session.id)
        raise RuntimeError(f"session {session.id} asks for {session.amount} {session.currency}")
    if session.offered != billing.METHODS:
        logger().warning("methods differ", subscription=row.subscription_id, offered=list(session.offered))


def _give_up(row: SubscriptionRow, error: ProviderDeclined) -> None:
    logger().error("subscription declined", subscription=row.subscription_id, code=error.code, param=error.param)
    with all_or_nothing() as tx:
        collection.change(tx, row, failed_at=clock.now(), unfinished=None, due_at=None)
