"""Which amounts can be charged in which currency."""

from __future__ import annotations

from infra.local.fake_stripe import currencies
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.problems import bad_parameter, refused


def check_currency(currency: str, param: str) -> None:
    if currency not in currencies.SUPPORTED:
        raise bad_parameter(param, f"Invalid currency: {currency}. Stripe does not support it.")


def check(merchant: Merchant, amount: int, currency: str, param: str = "amount") -> None:
    """Raises Problem below the currency's published minimum (else the settlement currency's), and above the maximum."""
    check_currency(currency, "currency")
    settled, home = merchant.settled(amount, currency), merchant.home(currency)
    low, told = currencies.MINIMUM.get(currency), (currency, currencies.MINIMUM.get(currency, 0))
    if low is None:
        low, amount, told = currencies.MINIMUM.get(home, 50), settled, (home, currencies.MINIMUM.get(home, 50))
    if amount < low:
        least = currencies.written(told[1], told[0])
        raise refused(f"The total amount due must add up to at least {least}.", param=param, code="amount_too_small")
    if amount > currencies.MAXIMUM:
        raise refused("Amount must be no more than 99999999.", param=param, code="amount_too_large")
    if currency in currencies.THREE_DECIMAL and amount % 10:
        raise refused(f"The last digit of an amount in {currency} must be 0.", param=param)
