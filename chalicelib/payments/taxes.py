"""Stripe Tax: how much of a price is tax, and the record of what was taken and went back, from which its reports come.

A reference is recorded once, and nothing lists what is recorded. So whoever lost an answer asks again under the key of
that attempt, which still has it.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from chalicelib.payments.objects import Declared, Place, Tax, Taxable, Taxes
from chalicelib.payments.wire import HURRIED_SECONDS, ProviderDeclined, ask, client, listed

ASKED_AGAIN = 10
"""How many attempts are asked again for a lost answer, the first ones: what comes later was refused for one of them."""

_BREAKDOWN = "tax_breakdown"


def calculate(currency: str, place: Place, lines: list[Taxable]) -> Taxes:
    """What tax is in each line's amount. Nothing is recorded. Raises ProviderUnavailable, ProviderDeclined."""
    where = {"country": place.country, "postal_code": place.postal_code, "state": place.state}
    params = {
        "currency": currency,
        "line_items": [_asked(line) for line in lines],
        "customer_details": {"address": {k: v for k, v in where.items() if v}, "address_source": "billing"},
        "expand": [f"line_items.data.{_BREAKDOWN}"],
    }
    taxing = client(HURRIED_SECONDS).tax.calculations
    told = ask(lambda: taxing.create(params))
    whole = {"limit": 100, "expand": [f"data.{_BREAKDOWN}"]}
    found = _lines(told, lambda: taxing.line_items.list(told["id"], whole))
    if {each["reference"]: each["amount"] for each in found} != {line.reference: line.amount for line in lines}:
        raise RuntimeError(f"calculation {told['id']} is of something else than was asked")
    return Taxes(told["id"], {each["reference"]: _tax(each) for each in found})


def declare(order_id: str, calculation_id: str, attempt: int) -> Declared:
    """Record that the tax of a calculation was taken. Raises ProviderUnavailable, ProviderDeclined: a calculation
    expires after 90 days."""
    params = {"calculation": calculation_id, "reference": order_id, "expand": ["line_items"]}
    told = _once(order_id, attempt, lambda options: _transactions().create_from_calculation(params, options))
    if told is None:
        return Declared(None)
    found = _lines(told, lambda: _transactions().line_items.list(told["id"], {"limit": 100}))
    return Declared(told["id"], {each["reference"]: each["id"] for each in found})


def declare_back(sale: Declared, about: str, parts: dict[str, tuple[int, int]], attempt: int) -> Declared:
    """Record that of some lines so much went back, and so much of that tax. Raises as above."""
    lines = [
        {"original_line_item": sale.lines[name], "reference": name, "amount": -amount, "amount_tax": -tax}
        for name, (amount, tax) in sorted(parts.items())
    ]
    return _reverse({"mode": "partial", "original_transaction": sale.id, "line_items": lines}, about, attempt)


def declare_undone(reversal: Declared, about: str, attempt: int) -> Declared:
    """Record that what went back came back after all. Raises as above."""
    return _reverse({"mode": "full", "original_transaction": reversal.id}, about, attempt)


def _reverse(params: dict[str, Any], about: str, attempt: int) -> Declared:
    asked = {**params, "reference": about}
    told = _once(about, attempt, lambda options: _transactions().create_reversal(asked, options))
    return Declared(told["id"] if told else None)


def _once(reference: str, attempt: int, question: Callable[[dict[str, str]], Any]) -> dict[str, Any] | None:
    """Asked again after an answer was lost, it is done once: what is done already is refused, because its reference is
    taken, or because nothing is left to reverse. None where it is done, and no key has its answer."""
    refused: list[ProviderDeclined] = []
    for number in (attempt, *range(1, min(attempt, ASKED_AGAIN + 1))):
        asked = partial(question, {"idempotency_key": f"tax:{reference}:{number}"})
        try:
            return ask(asked)
        except ProviderDeclined as error:
            refused.append(error)
    if refused[0].param != "reference":
        raise refused[0]
    return None


def _transactions() -> Any:
    return client().tax.transactions


def _lines(told: dict[str, Any], all_of_them: Callable[[], Any]) -> list[dict[str, Any]]:
    """An object shows its first lines only."""
    shown = told["line_items"]
    return list(listed(all_of_them)) if shown["has_more"] else list(shown["data"])


def _asked(line: Taxable) -> dict[str, Any]:
    told = {"amount": line.amount, "reference": line.reference, "tax_code": line.code}
    return {**told, "tax_behavior": "inclusive"}


def _tax(told: dict[str, Any]) -> Tax:
    """Several taxes on one thing, as of a province beside the federal one, are one rate."""
    levied = told[_BREAKDOWN] or []
    rates = [Decimal(each["tax_rate_details"]["percentage_decimal"]) for each in levied if each["tax_rate_details"]]
    places = [each["jurisdiction"] for each in levied]
    finest = next((place for place in places if place["state"]), places[0] if places else None)
    return Tax(told["amount_tax"], str(sum(rates, Decimal(0))), _named(finest) if finest else None)


def _named(place: dict[str, Any]) -> str:
    return "-".join(part for part in (place["country"], place["state"]) if part)
