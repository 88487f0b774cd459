"""Stripe's test cards, and how each behaves (docs.stripe.com/testing)."""

from __future__ import annotations

from typing import NamedTuple


class Decline(NamedTuple):
    code: str
    decline_code: str | None
    message: str


DECLINES = {
    "4000000000000002": Decline("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": Decline("card_declined", "lost_card", "Your card was declined."),
    "4000000000000069": Decline("expired_card", None, "Your card has expired."),
    "4000000000000127": Decline("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": Decline("processing_error", None, "An error occurred while processing your card. Try again."),
}
APPROVED = {
    "4242424242424242": "visa",
    "4000056655665556": "visa",
    "5555555555554444": "mastercard",
    "378282246310005": "amex",
    "6200000000000005": "unionpay",
    "4000000000007726": "visa",
    "4000000000005126": "visa",
    "4000000000000259": "visa",
    "4000000000001976": "visa",
}
REFUND_IS_SLOW = "4000000000007726"
"""A refund to it is pending at first, then succeeds."""
REFUND_FAILS_LATE = "4000000000005126"
"""A refund to it succeeds at first, then fails."""
DISPUTES, INQUIRES = "4000000000000259", "4000000000001976"
"""A payment with it is disputed as fraudulent; its bank only asks at first."""
NOT_A_TEST_CARD = Decline("card_declined", "test_mode_live_card", "Your card was declined: it is no known test card.")
WRONG_NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
WALLET_REFUSED = Decline("payment_method_provider_decline", None, "The customer did not approve the payment.")
WALLET_TIMED_OUT = Decline("payment_intent_payment_attempt_failed", None, "The payment was not completed.")


def judged(number: str) -> Decline | None:
    """Why a card is declined; ``None``: it pays."""
    if number in APPROVED:
        return None
    if number in DECLINES:
        return DECLINES[number]
    return NOT_A_TEST_CARD if _is_card_number(number) else WRONG_NUMBER


def details(number: str) -> dict[str, object]:
    card = {"brand": APPROVED.get(number, "visa"), "last4": number[-4:], "exp_month": 12, "exp_year": 2034,
            "country": "US", "funding": "credit"}  # fmt: skip
    return {"type": "card", "card": card}


def _is_card_number(number: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1)."""
    if not number.isascii() or not number.isdigit() or not 12 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number), start=1)]
    return sum(part // 10 + part % 10 for part in doubled) % 10 == 0
