"""``expand[]=latest_charge.balance_transaction``: ids replaced by their objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.local.fake_stripe import invoice_payments, refunds, sessions, tax_calculations, tax_transactions
from infra.local.fake_stripe.problems import bad_parameter
from infra.local.fake_stripe.state import Object, copied

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_DEEPEST = 4
_INCLUDED = {
    ("checkout.session", "line_items"): sessions.line_items_of,
    ("charge", "refunds"): refunds.refunds_of,
    ("invoice", "payments"): invoice_payments.payments_of,
    ("tax.calculation", "line_items"): tax_calculations.line_items_of,
    ("tax.calculation_line_item", "tax_breakdown"): tax_calculations.breakdown_of,
    ("tax.transaction", "line_items"): tax_transactions.line_items_of,
}
"""Members that an object shows only when asked."""


def expand(fake: FakeStripe, answer: Object, paths: list[str]) -> Object:
    """The answer with the named members expanded, in a copy of its own. Raises Problem for what cannot be."""
    grown: Object = copied(answer) if paths else answer
    for path in paths:
        if path.count(".") >= _DEEPEST:
            raise bad_parameter("expand", f"You cannot expand more than {_DEEPEST} levels of a property ({path}).")
        _grow(fake, grown, path.split("."), path)
    return grown


def _grow(fake: FakeStripe, thing: Any, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    if isinstance(thing, dict) and (included := _INCLUDED.get((thing.get("object", ""), name))):
        thing[name] = copied(included(fake, thing))
    if not isinstance(thing, dict) or name not in thing:
        raise bad_parameter("expand", f"This property cannot be expanded ({path}).")
    thing[name] = _opened(fake, thing[name], path)
    for child in thing[name] if isinstance(thing[name], list) else [thing[name]]:
        if rest and child is not None:
            _grow(fake, child, rest, path)


def _opened(fake: FakeStripe, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return value
    for things in fake.state.objects.values():
        if value in things:
            return copied(things[value])
    raise bad_parameter("expand", f"This property cannot be expanded ({path}).")
