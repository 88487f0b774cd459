"""What becomes of one attempt to pay an intent: the money is taken, or it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import cards, charges, events
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe


def by_card(fake: FakeStripe, intent: Object, number: str, email: str | None) -> cards.Decline | None:
    """Charge a card; why it was declined, or ``None`` where the money was taken."""
    intent.update(payment_method=fake.new_id("pm_"), last_payment_error=None)
    charge, decline = charges.begin(fake, intent, cards.details(number), email), cards.judged(number)
    if decline:
        refuse(fake, intent, charge, decline)
    else:
        take(fake, intent, charge)
    return decline


def take(fake: FakeStripe, intent: Object, charge: Object) -> None:
    intent.update(status="succeeded", amount_received=intent["amount"], processing=None)
    charges.succeed(fake, charge)
    events.emit(fake, "payment_intent.succeeded", intent)


def refuse(fake: FakeStripe, intent: Object, charge: Object, decline: cards.Decline) -> None:
    error = {"charge": charge["id"], "code": decline.code, "message": decline.message, "type": "card_error"}
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    intent.update(status="requires_payment_method", payment_method=None, processing=None, last_payment_error=error)
    charges.fail(fake, charge, decline)
    events.emit(fake, "payment_intent.payment_failed", intent)
