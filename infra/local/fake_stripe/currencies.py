"""Stripe's currencies: decimals, least amounts, and which wallets take them.

Sources: docs.stripe.com/currencies (zero-decimal currencies, minimum charge amounts) and the pages of Alipay and
WeChat Pay. A currency without a published minimum must be worth the settlement currency's.
"""

from __future__ import annotations

_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
_THREE_DECIMAL = "bhd jod kwd omr tnd"
_TWO_DECIMAL = (
    "aed all amd ars aud bam bgn brl cad chf cny cop crc czk dkk egp eur gbp gel hkd huf idr ils inr isk kes kzt "
    "mad mxn myr ngn nok nzd pen php pkr pln qar ron rsd sar sek sgd thb try twd uah usd uyu zar"
)
_ALIPAY = "aud cad cny eur gbp hkd jpy myr nzd sgd usd"
_WECHAT_PAY = "aud cad chf cny dkk eur gbp hkd jpy nok sek sgd usd"

ZERO_DECIMAL, THREE_DECIMAL = frozenset(_ZERO_DECIMAL.split()), frozenset(_THREE_DECIMAL.split())
SUPPORTED = ZERO_DECIMAL | THREE_DECIMAL | frozenset(_TWO_DECIMAL.split())
WALLETS = {"alipay": frozenset(_ALIPAY.split()), "wechat_pay": frozenset(_WECHAT_PAY.split())}
MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
MAXIMUM = 99_999_999
SYMBOLS = {
    "aud": "A$", "cad": "CA$", "cny": "CN¥", "eur": "€", "gbp": "£", "hkd": "HK$", "jpy": "¥", "sgd": "S$", "usd": "$",
}  # fmt: skip


def decimals(currency: str) -> int:
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def written(amount: int, currency: str) -> str:
    """``$1,234.50``, ``¥900``, ``12.00 SEK``: for people."""
    places = decimals(currency)
    whole, part = divmod(abs(amount), 10**places)
    number = f"{'-' if amount < 0 else ''}{whole:,}" + (f".{part:0{places}d}" if places else "")
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"
