"""The tax in the prices of an order: frozen in its lines before the order is written. Buyers pay what they saw: what is
tax of it is neither the platform's nor the authors', and they share the rest.

By default nobody says what is tax, and none of it is.
"""

from typing import Any

import msgspec

from chalicelib.core import settings
from chalicelib.core.errors import Unprocessable
from chalicelib.core.logs import logger
from chalicelib.ledger.shares import split
from chalicelib.orders.models import LineRow
from chalicelib.orders.shapes import BillingAddress, NewOrder, TaxView
from chalicelib.payments import taxes
from chalicelib.payments.objects import Place, Tax, Taxable, Taxes
from chalicelib.payments.wire import ProviderDeclined, ProviderUnavailable

NO_TAX = {"inclusive": True, "rate": "0", "amount": 0, "jurisdiction": None, "source": "none"}

CODES = {
    "article": "txcd_10503000",
    "course": "txcd_20060258",
    "book": "txcd_10302000",
    "document": "txcd_10503000",
    "audio": "txcd_10401100",
    "video": "txcd_10402100",
    "pass": "txcd_10000000",
}
"""What each kind of work is to Stripe Tax (docs.stripe.com/tax/tax-codes): stand-alone documents, on-demand courses to
stream and download, digital books, audio and audiovisual works, each downloaded and for good; and for a pass, which is
some of each, what is supplied electronically in general."""

_SOURCES = {"none": False, "stripe": True}


class BillingAddressMissing(Unprocessable):
    """What is tax of a price depends on where its buyer lives."""

    en = "Say where you live: the tax in the price depends on it."
    zh = "请提供您的账单地址：价格中的税额取决于所在地。"


class BillingAddressUnknown(Unprocessable):
    """The tax authority's place cannot be told from the address."""

    en = "This address is not known, or not precise enough to say what tax is in the price: add postal code and state."
    zh = "无法识别该地址，或其精确度不足以计算价格中的税额：请补充邮政编码和州（省）。"


def freeze(lines: list[LineRow], wanted: NewOrder) -> str | None:
    """Put the tax that is in its price into each line; the id of the calculation, by which it is declared once it is
    paid. None where nothing is asked: nothing costs anything, or the setting is off.

    Raises BillingAddressMissing, BillingAddressUnknown, ProviderUnavailable.
    """
    sold = [line for line in lines if line.price]
    if not sold or not is_on():
        return None
    if wanted.billing_address is None:
        raise BillingAddressMissing(field="billing_address")
    found = _calculate(sold, wanted.currency, wanted.billing_address)
    for line in sold:
        put(line, found.of[line.row])
    return found.id


def is_on() -> bool:
    """A setting that is no word of ours is a KeyError: nothing is sold untaxed by a slip."""
    return _SOURCES[settings.value("TAX")]


def view(line: LineRow) -> TaxView:
    """The line's tax. An order from before there was a rate has none."""
    told = msgspec.convert({**NO_TAX, **line.tax}, TaxView)
    told.work_id = line.work_id
    return told


def total(lines: list[LineRow]) -> int:
    return sum(line.tax["amount"] for line in lines)


def _calculate(sold: list[LineRow], currency: str, address: BillingAddress) -> Taxes:
    place = Place(address.country, address.postal_code, address.state)
    asked = [Taxable(line.row, line.price, CODES[line.card["kind"]]) for line in sold]
    try:
        return taxes.calculate(currency, place, asked)
    except ProviderDeclined as error:
        if (error.param or "").startswith("customer_details"):
            raise BillingAddressUnknown(field="billing_address") from error
        logger().error("tax declined", code=error.code, param=error.param)
        raise ProviderUnavailable from error


def put(line: LineRow, tax: Tax) -> None:
    """This much of its price is tax: commission and shares are of the rest."""
    if not 0 <= tax.amount <= line.price:
        raise RuntimeError(f"{tax.amount} of {line.price} is tax")
    parts = split(line.price - tax.amount, line.commission_basis_points, line.shares)
    told: dict[str, Any] = {"rate": tax.rate, "amount": tax.amount, "jurisdiction": tax.jurisdiction}
    line.tax = {"inclusive": True, **told, "source": "stripe"}
    line.commission, line.author_amounts = parts.commission, parts.authors
