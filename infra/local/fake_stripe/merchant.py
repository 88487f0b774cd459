"""The account that is paid: its settlement currency, rates, fees, methods, and how slow the world is to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from infra.local.fake_stripe.currencies import decimals
from infra.local.fake_stripe.problems import refused

_PRECISION = 10**9


def _rates() -> dict[str, Fraction]:
    """What one unit of a currency is worth in US dollars."""
    told = {"usd": "1", "eur": "1.08", "gbp": "1.27", "cny": "0.139", "hkd": "0.128", "jpy": "0.0067", "sgd": "0.745",
            "aud": "0.655", "cad": "0.735", "chf": "1.13", "myr": "0.224", "nzd": "0.605", "sek": "0.0953"}  # fmt: skip
    return {currency: Fraction(worth) for currency, worth in told.items()}


@dataclass
class Merchant:
    """Delays are seconds of the movable clock; ``None`` means never by itself, only when asked for."""

    settles_in: str = "usd"
    keeps: tuple[str, ...] = ()
    """Currencies that are not exchanged: each has a balance of its own."""
    rates: dict[str, Fraction] = field(default_factory=_rates)
    fee_share: Fraction = Fraction(29, 1000)
    fee_fixed: int = 30
    dispute_fee: int = 1_500
    methods: tuple[str, ...] = ("card", "alipay", "wechat_pay")
    settle_after: int | None = 60
    """From a charge to its balance transaction; 0: the charge has it at once."""
    wallet_after: int | None = 60
    """From "complete later" on the page to the wallet's word."""
    refund_after: int | None = 60
    """From a refund to a wallet to its success."""
    retries: tuple[int, ...] = (3 * 24 * 3600, 5 * 24 * 3600, 7 * 24 * 3600)
    """From each failed attempt on a renewal's invoice to the next."""
    after_retries: str = "cancel"
    """What becomes of a subscription after the last: cancel, unpaid or past_due."""
    available_after: int = 2 * 24 * 3600
    """From a balance transaction to the money being available."""

    def home(self, currency: str) -> str:
        """In which balance a payment in this currency ends."""
        return currency if currency in self.keeps else self.settles_in

    def rate(self, currency: str) -> Fraction:
        """Minor units of the settlement currency for one minor unit of this one, to nine decimals, so that the rate
        that a balance transaction shows gives its amount exactly. Raises Problem where the currency has no rate."""
        if currency == self.home(currency):
            return Fraction(1)
        if currency not in self.rates:
            raise refused(f"Your account cannot settle charges in {currency}.", param="currency")
        shift = Fraction(10) ** (decimals(self.settles_in) - decimals(currency))
        exact = self.rates[currency] / self.rates[self.settles_in] * shift
        return Fraction(rounded(exact * _PRECISION), _PRECISION)

    def settled(self, amount: int, currency: str) -> int:
        return rounded(amount * self.rate(currency))

    def fee(self, settled: int) -> int:
        return rounded(settled * self.fee_share) + self.fee_fixed


def rounded(exact: Fraction) -> int:
    """To the nearest whole unit, halves away from zero."""
    magnitude = (2 * abs(exact) + 1) // 2
    return int(magnitude) if exact >= 0 else -int(magnitude)
