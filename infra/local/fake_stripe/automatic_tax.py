"""Automatic tax of subscriptions: the page asks where the buyer lives, and each invoice says what of it is tax.

Prices have the tax in them: another behaviour is refused. Stripe declares by itself what is taken and refunded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe.parameters import Fields, truth
from infra.local.fake_stripe.problems import bad_parameter, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object
from infra.local.fake_stripe.tax_rates import Levy, levies, within

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

ASKED = Fields({"enabled": truth}, required=("enabled",))
PRESET = "txcd_10000000"
PLACE = ("country", "postal_code", "state")


def is_on(params: Object) -> bool:
    return bool(params.get("automatic_tax", {}).get("enabled"))


def check(params: Object) -> None:
    """What is refused by looking at the parameters alone."""
    if not is_on(params):
        return
    if params["mode"] != "subscription":
        raise bad_parameter("automatic_tax[enabled]", "This account taxes only subscriptions on its pages.")
    for index, line in enumerate(params["line_items"]):
        if line.get("price_data", {}).get("tax_behavior") != "inclusive":
            path = f"line_items[{index}][price_data][tax_behavior]"
            raise bad_parameter(path, "This account's prices have the tax in them: `inclusive`.")


def place(fake: FakeStripe, session: Object, told: Object) -> Object | None:
    """Where the buyer said they live; None where nobody asks. Raises Problem where that is not precise enough."""
    if not session["automatic_tax"]["enabled"]:
        return None
    if not told.get("country"):
        raise refused("Where do you live? The tax depends on it.", param="country")
    address = dict.fromkeys(("city", *PLACE, "line1", "line2")) | {name: told[name] for name in PLACE if told.get(name)}
    levies(address, code_of(fake, session))
    session["automatic_tax"]["status"] = "complete"
    return address


def code_of(fake: FakeStripe, session: Object) -> str:
    return str(fake.state.billed.get(session["id"], {}).get("tax_code", PRESET))


def of_invoice(fake: FakeStripe, told: Object) -> Object:
    """What an invoice that is billed by this says of its tax."""
    address = told.get("address")
    if address is None:
        return {"automatic_tax": _automatic(None), "total_excluding_tax": told["amount"], "total_taxes": []}
    levied = levies(address, told["tax_code"])
    parts = within(told["amount"], levied)
    net = told["amount"] - sum(parts)
    taxes = [
        {
            "amount": part,
            "tax_behavior": "inclusive",
            "tax_rate_details": {"tax_rate": _rate(fake, levy)["id"]},
            "taxability_reason": levy.reason,
            "taxable_amount": net if levy.rate else 0,
            "type": "tax_rate_details",
        }
        for levy, part in zip(levied, parts, strict=True)
    ]
    return {"automatic_tax": _automatic("complete"), "total_excluding_tax": net, "total_taxes": taxes}


def _automatic(status: str | None) -> Object:
    return {"disabled_reason": None, "enabled": bool(status), "liability": None, "provider": None, "status": status}


def _rate(fake: FakeStripe, levy: Levy) -> Object:
    """The rate object of a levy, one for each. Its percentage is a number on Stripe's wire too."""
    asked = (levy.country, levy.state, float(levy.rate), levy.kind)
    for known in fake.every("tax_rate").values():
        if (known["country"], known["state"], known["percentage"], known["tax_type"]) == asked:
            return known
    return fake.keep(
        {
            "id": fake.new_id("txr_"),
            "object": "tax_rate",
            "active": False,
            "country": levy.country,
            "created": fake.now(),
            "description": None,
            "display_name": levy.kind.upper(),
            "effective_percentage": float(levy.rate),
            "flat_amount": None,
            "inclusive": True,
            "jurisdiction": levy.jurisdiction["display_name"],
            "jurisdiction_level": levy.jurisdiction["level"],
            "livemode": False,
            "metadata": {},
            "percentage": float(levy.rate),
            "rate_type": "percentage",
            "state": levy.state,
            "tax_type": levy.kind,
        }
    )


def retrieve(fake: FakeStripe, params: Object, rate_id: str) -> Object:
    return fake.find("tax_rate", rate_id)


ROUTES = [Route("GET", "/v1/tax_rates/{id}", retrieve)]
