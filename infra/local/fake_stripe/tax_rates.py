"""What our fake's tax office takes: a small table, so that a test can compute it by hand.

A country that is not in it stands for one in which the merchant is not registered: nothing is collected there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from infra.local.fake_stripe.merchant import rounded
from infra.local.fake_stripe.problems import Problem
from infra.local.fake_stripe.state import Object

BOOKS = "txcd_10302000"
_VAT = {"DE": "19.0", "FR": "20.0", "GB": "20.0", "IE": "23.0"}
_OTHERS = {"CN": ("6.0", "vat"), "JP": ("10.0", "jct"), "SG": ("9.0", "gst")}
_REDUCED = {("DE", BOOKS): "7.0", ("FR", BOOKS): "5.5", ("GB", BOOKS): "0.0", ("IE", BOOKS): "0.0"}
_NAMES = {
    "CA": "Canada", "CN": "China", "DE": "Germany", "FR": "France", "GB": "United Kingdom", "IE": "Ireland",
    "JP": "Japan", "SG": "Singapore", "US": "United States",
}  # fmt: skip


class Levy(NamedTuple):
    """One tax on one line. ``percent`` is a decimal text, and None where nothing is imposed."""

    percent: str | None
    kind: str
    reason: str
    country: str
    state: str | None = None

    @property
    def rate(self) -> Fraction:
        return Fraction(self.percent or 0)

    @property
    def jurisdiction(self) -> Object:
        name = self.state or _NAMES.get(self.country, self.country)
        level = "state" if self.state else "country"
        return {"country": self.country, "display_name": name, "level": level, "state": self.state}


def within(amount: int, levied: list[Levy]) -> list[int]:
    """How much of an amount that they are in each of these is: all together the rate's part, the last with the rest."""
    whole_rate = sum((levy.rate for levy in levied), start=Fraction(0))
    return split(rounded(amount * whole_rate / (100 + whole_rate)), levied)


def split(tax: int, levied: list[Levy]) -> list[int]:
    whole_rate = sum((levy.rate for levy in levied), start=Fraction(0))
    parts = [rounded(tax * levy.rate / whole_rate) if whole_rate else 0 for levy in levied[:-1]]
    return [*parts, tax - sum(parts)]


def levies(address: Object, tax_code: str) -> list[Levy]:
    """What is taken of such a thing from somebody who lives there. Raises Problem where that is not precise enough."""
    country, state = address["country"], address["state"]
    if country == "US" and not address["postal_code"]:
        raise _imprecise()
    if country == "CA":
        return _canadian(state, address["postal_code"])
    if reduced := _REDUCED.get((country, tax_code)):
        return [Levy(reduced, "vat", "reduced_rated" if Fraction(reduced) else "zero_rated", country)]
    if country in _VAT:
        return [Levy(_VAT[country], "vat", "standard_rated", country)]
    if country in _OTHERS:
        return [Levy(*_OTHERS[country], "standard_rated", country)]
    return [Levy(None, "sales_tax", "not_collecting", country)]


def _canadian(state: str | None, postal_code: str | None) -> list[Levy]:
    """Two taxes at once, one of three decimals: the federal one, and in Québec the province's."""
    if not state and not postal_code:
        raise _imprecise()
    federal = Levy("5.0", "gst", "standard_rated", "CA")
    return [federal, Levy("9.975", "qst", "standard_rated", "CA", "QC")] if state == "QC" else [federal]


def _imprecise() -> Problem:
    message = "We could not determine the customer's tax location based on the provided customer address."
    return Problem(400, message, code="customer_tax_location_invalid", param="customer_details[address]")
