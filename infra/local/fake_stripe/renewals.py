"""What a subscription's period ends with: another that is invoiced and charged, tried again, or the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import invoices, subscriptions
from infra.local.fake_stripe.plans import plan
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_RENEWS = ("active", "past_due")


def end_period(fake: FakeStripe, subscription_id: str) -> None:
    """The period is over: the next is drafted, to be charged an hour later; or that was the last one."""
    subscription = fake.find("subscription", subscription_id)
    if subscription["status"] not in _RENEWS:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.finish(fake, subscription, "cancellation_requested")
    else:
        _renew(fake, subscription)


def finalize(fake: FakeStripe, invoice_id: str) -> None:
    """The draft's hour is over."""
    invoice = invoices.finalize(fake, invoice_id)
    if invoice:
        _collect(fake, invoice)


def retry(fake: FakeStripe, invoice_id: str) -> None:
    invoice = fake.find("invoice", invoice_id)
    if invoice["status"] == "open":
        _collect(fake, invoice)


def paid_by_hand(fake: FakeStripe, invoice_id: str, number: str) -> Object:
    """The customer paid on the hosted page. Raises Problem."""
    invoice = invoices.pay_by_hand(fake, invoice_id, number)
    _recover(fake, invoice)
    return invoice


def _renew(fake: FakeStripe, subscription: Object) -> None:
    subscriptions.next_period(fake, subscription)
    invoice = invoices.begin(fake, subscription, "subscription_cycle")
    subscriptions.tell_period(fake, subscription)
    plan(fake, "finalize_invoice", invoice["id"], invoice["created"] + invoices.DRAFT_FOR - fake.now())


def _collect(fake: FakeStripe, invoice: Object) -> None:
    subscription = fake.find("subscription", invoices.subscription_of(invoice))
    if invoices.charge(fake, invoice, fake.state.billed[subscription["id"]]["card"]):
        _recover(fake, invoice)
    elif invoices.try_again_later(fake, invoice) or fake.merchant.after_retries == "past_due":
        subscriptions.becomes(fake, subscription, "past_due")
    elif fake.merchant.after_retries == "unpaid":
        subscriptions.becomes(fake, subscription, "unpaid")
    else:
        subscriptions.finish(fake, subscription, "payment_failed")


def _recover(fake: FakeStripe, invoice: Object) -> None:
    """It is active again where its latest invoice is paid."""
    subscription = fake.find("subscription", invoices.subscription_of(invoice))
    if subscription["latest_invoice"] == invoice["id"]:
        subscriptions.becomes(fake, subscription, "active")
