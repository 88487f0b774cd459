"""Tax calculations: what is owed of which line, where a buyer lives. They hold no money, and expire.

Sources: the SDK's types; docs.stripe.com/tax/standalone-tax-api.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infra.local.fake_stripe import amounts, paging
from infra.local.fake_stripe.merchant import rounded
from infra.local.fake_stripe.parameters import EXPAND, Check, Each, Fields, metadata, one_of, text, whole
from infra.local.fake_stripe.problems import bad_parameter, missing_parameter, no_such
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object
from infra.local.fake_stripe.tax_rates import Levy, levies, split, within

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

KEPT = 90 * 24 * 3600
_PRESET = "txcd_10000000"
_LINE_KIND = "tax.calculation_line_item"
_PLACE = ("city", "country", "line1", "line2", "postal_code", "state")


def _country(given: Any, path: str) -> str:
    if not isinstance(given, str) or not re.fullmatch(r"[A-Z]{2}", given):
        raise bad_parameter(path, "Country is expected to be a 2-letter country code in ISO 3166-1 alpha-2 format.")
    return given


def _tax_code(given: Any, path: str) -> str:
    if not isinstance(given, str) or not re.fullmatch(r"txcd_[0-9]{8}", given):
        raise no_such("tax code", str(given)[:50], path)
    return given


def _optional(given: Any, path: str) -> str | None:
    return None if given == "" else str(text()(given, path))


_LINE = Fields(
    {
        "amount": whole(1),
        "metadata": metadata,
        "quantity": whole(1, 999_999),
        "reference": text(500),
        "tax_behavior": one_of("exclusive", "inclusive"),
        "tax_code": _tax_code,
    },
    required=("amount",),
)
_ADDRESS: dict[str, Check] = {**dict.fromkeys(_PLACE, _optional), "country": _country}
_CUSTOMER = Fields(
    {"address": Fields(_ADDRESS, required=("country",)), "address_source": one_of("billing", "shipping")},
    required=("address", "address_source"),
)
CREATE = Fields(
    {"currency": text(3), "line_items": Each(_LINE), "customer_details": _CUSTOMER, "expand": EXPAND},
    required=("currency", "line_items", "customer_details"),
)


def create(fake: FakeStripe, params: Object) -> Object:
    if not params["line_items"]:
        raise missing_parameter("line_items")
    currency = params["currency"].lower()
    amounts.check_currency(currency, "currency")
    address = dict.fromkeys(_PLACE) | params["customer_details"]["address"]
    wanted = [_named(number, line) for number, line in enumerate(params["line_items"], start=1)]
    if len({line["reference"] for line in wanted}) < len(wanted):
        raise bad_parameter("line_items", "The `reference` of a line item must be unique in its calculation.")
    owed = [levies(address, line["tax_code"]) for line in wanted]
    calculation_id = fake.new_id("taxcalc_")
    lines = [_line(fake, line, levied) for line, levied in zip(wanted, owed, strict=True)]
    fake.state.lines[calculation_id] = lines
    return fake.keep(_begun(fake, calculation_id, currency, address, params, lines))


def valid(fake: FakeStripe, calculation_id: str, param: str | None = None) -> Object:
    """The calculation, which has not expired. Raises Problem."""
    found = fake.find("tax.calculation", calculation_id, param)
    if found["expires_at"] <= fake.now():
        raise no_such("tax.calculation", calculation_id, param)
    return found


def retrieve(fake: FakeStripe, params: Object, calculation_id: str) -> Object:
    return valid(fake, calculation_id)


def list_lines(fake: FakeStripe, params: Object, calculation_id: str) -> Object:
    valid(fake, calculation_id)
    url = f"/v1/tax/calculations/{calculation_id}/line_items"
    return paging.page(fake, fake.state.lines[calculation_id][::-1], params, url, _LINE_KIND)


def line_items_of(fake: FakeStripe, calculation: Object) -> Object:
    """The first ones, as within any object."""
    return list_lines(fake, {}, calculation["id"])


def breakdown_of(fake: FakeStripe, line: Object) -> list[Object]:
    return list(fake.every("tax_breakdown")[line["id"]]["data"])


def _named(number: int, line: Object) -> Object:
    defaults = {"quantity": 1, "tax_behavior": "exclusive", "tax_code": _PRESET, "metadata": {}}
    return {"reference": f"L{number}", **defaults, **line}


def _line(fake: FakeStripe, wanted: Object, levied: list[Levy]) -> Object:
    """Of an amount that the tax is in, it is the rate's part of the whole; else it comes on top."""
    if wanted["tax_behavior"] == "inclusive":
        parts = within(wanted["amount"], levied)
    else:
        parts = split(rounded(wanted["amount"] * sum(levy.rate for levy in levied) / 100), levied)
    tax = sum(parts)
    line_id = fake.new_id("tax_li_")
    taxable = wanted["amount"] - tax if wanted["tax_behavior"] == "inclusive" else wanted["amount"]
    broken_down = [_of_a_line(levy, part, taxable) for levy, part in zip(levied, parts, strict=True)]
    fake.keep({"id": line_id, "object": "tax_breakdown", "data": broken_down})
    return {
        "id": line_id,
        "object": _LINE_KIND,
        "amount_tax": tax,
        "livemode": False,
        "performance_location": None,
        "product": None,
        **wanted,
    }


def _of_a_line(levy: Levy, part: int, taxable: int) -> Object:
    details = {"display_name": levy.kind.upper(), "percentage_decimal": levy.percent, "tax_type": levy.kind}
    return {
        "amount": part,
        "jurisdiction": levy.jurisdiction,
        "sourcing": "destination",
        "tax_rate_details": details if levy.percent else None,
        "taxability_reason": levy.reason,
        "taxable_amount": taxable if levy.rate else 0,
    }


def _begun(
    fake: FakeStripe, calculation_id: str, currency: str, address: Object, params: Object, lines: list[Object]
) -> Object:
    taxes = {
        behavior: sum(line["amount_tax"] for line in lines if line["tax_behavior"] == behavior)
        for behavior in ("exclusive", "inclusive")
    }
    customer = {
        "address": address,
        "address_source": params["customer_details"]["address_source"],
        "ip_address": None,
        "tax_ids": [],
        "taxability_override": "none",
    }
    return {
        "id": calculation_id,
        "object": "tax.calculation",
        "amount_total": sum(line["amount"] for line in lines) + taxes["exclusive"],
        "currency": currency,
        "customer": None,
        "customer_details": customer,
        "expires_at": fake.now() + KEPT,
        "livemode": False,
        "ship_from_details": None,
        "shipping_cost": None,
        "tax_amount_exclusive": taxes["exclusive"],
        "tax_amount_inclusive": taxes["inclusive"],
        "tax_breakdown": _by_rate(fake, lines),
        "tax_date": fake.now(),
    }


def _by_rate(fake: FakeStripe, lines: list[Object]) -> list[Object]:
    """The lines' taxes by rate, as they add up."""
    found: dict[tuple[Any, ...], Object] = {}
    for line in lines:
        inclusive = line["tax_behavior"] == "inclusive"
        for told in breakdown_of(fake, line):
            rate, place = told["tax_rate_details"] or {}, told["jurisdiction"]
            percent = rate.get("percentage_decimal", "0.0")
            key = (place["country"], place["state"], percent, told["taxability_reason"], inclusive)
            details = {
                "country": place["country"],
                "flat_amount": None,
                "percentage_decimal": percent,
                "rate_type": "percentage" if rate else None,
                "state": place["state"],
                "tax_type": rate.get("tax_type"),
            }
            whole_of_it = found.setdefault(
                key,
                {
                    "amount": 0,
                    "inclusive": inclusive,
                    "tax_rate_details": details,
                    "taxability_reason": told["taxability_reason"],
                    "taxable_amount": 0,
                },
            )
            whole_of_it["amount"] += told["amount"]
            whole_of_it["taxable_amount"] += told["taxable_amount"]
    return list(found.values())


ROUTES = [
    Route("POST", "/v1/tax/calculations", create, CREATE),
    Route("GET", "/v1/tax/calculations/{id}", retrieve),
    Route("GET", "/v1/tax/calculations/{id}/line_items", list_lines, paging.listing()),
]
