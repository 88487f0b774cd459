"""Ending a subscription: asked by its buyer, or decided because nobody may be charged for it any more; carried out by
the outbox. And the look, before it is charged again, whether it may go on."""

from datetime import timedelta

from chalicelib.accounts import profiles
from chalicelib.audit import trail
from chalicelib.catalog import offers
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import collection, following, renewing, subscriptions
from chalicelib.orders.collection import Moved
from chalicelib.orders.models import SubscriptionRow
from chalicelib.orders.shapes import SubscriptionView
from chalicelib.outbox.tasks import Task
from chalicelib.payments import billing, gateway

TRIES = 5
REACHES_BACK = 60 * 24 * 3600
"""Seconds within which a look finds invoices that nobody told of."""
WAITED_FOR = timedelta(days=62)
"""How long after what is paid the next payment may come: as long as the provider tries at most."""


def cancel(buyer: Actor, subscription_id: str) -> SubscriptionView:
    """It is not renewed any more: what is paid may be read until it ends. Of one that is not paid, the page is closed.

    Canceling again changes nothing. Raises NotFound, ProviderUnavailable.
    """
    for _ in range(TRIES):
        row = subscriptions.read(buyer.party_id, subscription_id)
        if row.cancel_asked_at or subscriptions.status(row) in ("ended", "expired", "failed"):
            return subscriptions.view(row)
        if row.provider_id is None and _was_paid(row):
            continue
        try:
            _ask(row, buyer, at_once=False)
            return subscriptions.view(row)
        except Moved:
            continue
    raise Moved


def carry_out(task: Task) -> None:
    """Look first, then ask. One whose last payment failed ends at once, for its period is not paid.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    told = task.data
    row, billed_by = subscriptions.read(told["account_id"], told["subscription_id"]), told["billed_by"]
    if told["order_id"] and row.last_order != told["order_id"]:
        return
    seen = billing.read_subscription(billed_by)
    if not seen.over and (told["at_once"] or seen.late):
        billing.end(billed_by)
    elif not seen.over and not seen.stops:
        billing.stop(billed_by, f"{task.outbox_id}:{task.attempts}")
    following.note(row.subscriber_id, row.subscription_id, billed_by)


def leave(task: Task) -> None:
    """An account is gone, or must not be charged: all that it has ends at once."""
    for row in subscriptions.of_account(task.data["account_id"]):
        if row.provider_id and not row.ended_at:
            _ask(row, subscriptions.ACTOR, at_once=True)


def look(told: SubscriptionRow) -> None:
    """Enter what nobody told of, and stop what may not go on. Raises ProviderUnavailable."""
    row = subscriptions.read(told.subscriber_id, told.subscription_id)
    if row.unfinished is None:  # the index was behind
        return
    if row.provider_id is None:
        _look_for_page(row)
    else:
        _look_for_invoices(row.provider_id)
        following.note(row.subscriber_id, row.subscription_id, row.provider_id, looked=True)
        _must_go_on(subscriptions.read(row.subscriber_id, row.subscription_id))


def _look_for_invoices(billed_by: str) -> None:
    for invoice in billing.paid_invoices(billed_by, int(clock.timestamp()) - REACHES_BACK):
        if not renewing.is_known(invoice):
            renewing.enter(invoice)


def _look_for_page(row: SubscriptionRow) -> None:
    """A page that should have run out. One that was never noted cannot have been seen by anybody."""
    page = gateway.close_checkout(row.session_id) if row.session_id else None
    if page:
        return following.observe(page)
    with all_or_nothing() as tx:
        collection.change(tx, row, expired_at=clock.now(), unfinished=None, due_at=None)
        trail.write(tx, subscriptions.ACTOR, "subscription.expired", row.subscription_id)
    return None


def _must_go_on(row: SubscriptionRow) -> None:
    """Nobody is charged again for a pass that is off sale, nor who is suspended or gone, nor waited for without end."""
    if not subscriptions.renews(row):
        return
    try:
        gone, suspended = False, profiles.read(row.subscriber_id).suspended_at
    except NotFound:
        gone, suspended = True, None
    lapsed = row.paid_until is not None and row.paid_until + WAITED_FOR < clock.now()
    if gone or suspended or lapsed or offers.find_pass(row.pass_id) is None:
        _ask(row, subscriptions.ACTOR, at_once=gone or lapsed)


def _was_paid(row: SubscriptionRow) -> bool:
    """Nobody can pay on its page any more, or did so meanwhile, which then is entered."""
    page = gateway.close_checkout(row.session_id) if row.session_id else None
    if page is None or page.begun is None:
        return False
    following.observe(page)
    return True


def _ask(row: SubscriptionRow, actor: Actor, *, at_once: bool) -> None:
    """Its reader goes on until what is paid ends, and not beyond."""
    with all_or_nothing() as tx:
        facts = {"cancel_asked_at": clock.now(), **subscriptions.take_grace(tx, row)}
        if row.provider_id:
            subscriptions.end_renewal(tx, row, row.provider_id, at_once=at_once)
        else:
            facts |= {"expired_at": clock.now(), "unfinished": None, "due_at": None}
        collection.change(tx, row, **facts)
        trail.write(tx, actor, "subscription.canceled", row.subscription_id, at_once=at_once)
