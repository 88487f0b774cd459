"""Money is whole minor units of a currency (cents, fen, yen): an int beside an ISO 4217 code in lower case.

The currencies are those that card, Alipay and WeChat Pay share at the provider; the minima are the provider's
(docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
"""

from typing import Literal, NamedTuple

CurrencyCode = Literal["aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "sgd", "usd"]


class Currency(NamedTuple):
    decimals: int
    minimum: int
    symbol: str


CURRENCIES: dict[str, Currency] = {
    "aud": Currency(2, 50, "A$"),
    "cad": Currency(2, 50, "CA$"),
    "cny": Currency(2, 400, "CN¥"),
    "eur": Currency(2, 50, "€"),
    "gbp": Currency(2, 30, "£"),
    "hkd": Currency(2, 400, "HK$"),
    "jpy": Currency(0, 50, "JP¥"),
    "sgd": Currency(2, 50, "S$"),
    "usd": Currency(2, 50, "US$"),
}
MAXIMUM = 99_999_999


def can_be_charged(currency: str, amount: int) -> bool:
    """A price is 0, or at least the provider's minimum for its currency."""
    return amount == 0 or CURRENCIES[currency].minimum <= amount <= MAXIMUM


def least(currency: str) -> int:
    """The smallest amount worth moving; of a currency that is none of ours, what it is of most."""
    return CURRENCIES[currency].minimum if currency in CURRENCIES else 50


def written(currency: str, amount: int) -> str:
    """``US$9.00``, ``JP¥900``: for people. Of a currency that is none of ours the bare minor units."""
    if currency not in CURRENCIES:
        return f"{amount} {currency.upper()}/minor"
    decimals, _, symbol = CURRENCIES[currency]
    sign, units = ("-" if amount < 0 else ""), abs(amount)
    if decimals == 0:
        return f"{sign}{symbol}{units:,}"
    whole, part = divmod(units, 10**decimals)
    return f"{sign}{symbol}{whole:,}.{part:0{decimals}d}"


def decimal(currency: str, amount: int) -> str:
    """``12.30``, ``900``: for tables, with a point in every language. Of a currency that is none of ours the bare minor
    units."""
    places = CURRENCIES[currency].decimals if currency in CURRENCIES else 0
    sign, (whole, part) = "-" if amount < 0 else "", divmod(abs(amount), 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def apportion(amount: int, shares: dict[str, int]) -> dict[str, int]:
    """Split whole units by weights so that the parts sum to the amount: floors first, then one unit each to
    the largest remainders, ties by name (Hamilton's method)."""
    total = sum(shares.values())
    parts = {name: amount * weight // total for name, weight in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (-(amount * shares[name] % total), name))
    for name in by_remainder[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts
