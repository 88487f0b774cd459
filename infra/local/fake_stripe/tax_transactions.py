"""Tax transactions: what was collected, recorded from a calculation; and its reversals. A reference is taken once.

A reversal of a sale says how much of which line goes back; that of a reversal undoes it. There is no list: who forgets
an id does not find it again. Sources: the SDK's types; docs.stripe.com/tax/standalone-tax-api.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from infra.local.fake_stripe import paging, tax_calculations
from infra.local.fake_stripe.merchant import rounded
from infra.local.fake_stripe.parameters import EXPAND, Each, Fields, metadata, one_of, text, whole
from infra.local.fake_stripe.problems import bad_parameter, missing_parameter, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

MOST_PARTS = 30
"""Partial reversals of one sale."""
_KIND, _LINE_KIND = "tax.transaction", "tax.transaction_line_item"
_BACK = whole(-99_999_999, 0)
RECORD = Fields(
    {
        "calculation": text(100),
        "reference": text(500),
        "metadata": metadata,
        "posted_at": whole(0, 10**11),
        "expand": EXPAND,
    },
    required=("calculation", "reference"),
)
_LINE = Fields(
    {
        "amount": _BACK,
        "amount_tax": _BACK,
        "original_line_item": text(100),
        "reference": text(500),
        "metadata": metadata,
        "quantity": whole(1, 999_999),
    },
    required=("amount", "amount_tax", "original_line_item", "reference"),
)
REVERSE = Fields(
    {
        "mode": one_of("full", "partial"),
        "original_transaction": text(100),
        "reference": text(500),
        "flat_amount": whole(-99_999_999, -1),
        "line_items": Each(_LINE),
        "metadata": metadata,
        "expand": EXPAND,
    },
    required=("mode", "original_transaction", "reference"),
)


def record(fake: FakeStripe, params: Object) -> Object:
    calculation = tax_calculations.valid(fake, params["calculation"], "calculation")
    posted_at = params.get("posted_at", fake.now())
    if not calculation["tax_date"] <= posted_at <= fake.now():
        raise refused("`posted_at` must lie between the `tax_date` and now.", param="posted_at")
    lines = fake.state.lines[calculation["id"]]
    copied = ("amount", "amount_tax", "metadata", "product", "quantity", "reference", "tax_behavior", "tax_code")
    kept = [{**{name: line[name] for name in copied}, "reversal": None} for line in lines]
    return _keep(fake, params, calculation, kept, posted_at, None)


def reverse(fake: FakeStripe, params: Object) -> Object:
    """Raises Problem where more would go back than is left."""
    original = fake.find(_KIND, params["original_transaction"], "original_transaction")
    lines = _all_of_it(fake, original) if params["mode"] == "full" else _part_of_it(fake, original, params)
    return _keep(fake, params, original, lines, fake.now(), original["id"])


def retrieve(fake: FakeStripe, params: Object, transaction_id: str) -> Object:
    return fake.find(_KIND, transaction_id)


def list_lines(fake: FakeStripe, params: Object, transaction_id: str) -> Object:
    fake.find(_KIND, transaction_id)
    url = f"/v1/tax/transactions/{transaction_id}/line_items"
    return paging.page(fake, fake.state.lines[transaction_id][::-1], params, url, _LINE_KIND)


def line_items_of(fake: FakeStripe, transaction: Object) -> Object:
    """The first ones, as within any object."""
    return list_lines(fake, {}, transaction["id"])


def left_of(fake: FakeStripe, transaction: Object) -> list[Object]:
    """Its lines, less what reversals of it took that are not undone themselves."""
    lines = [dict(line) for line in fake.state.lines[transaction["id"]]]
    by_id = {line["id"]: line for line in lines}
    for reversal in _reversals(fake, transaction):
        for back in left_of(fake, reversal):
            line = by_id[back["reversal"]["original_line_item"]]
            line["amount"] += back["amount"]
            line["amount_tax"] += back["amount_tax"]
    return lines


def _reversals(fake: FakeStripe, transaction: Object) -> list[Object]:
    return [
        each
        for each in fake.every(_KIND).values()
        if each["reversal"] and each["reversal"]["original_transaction"] == transaction["id"]
    ]


def _all_of_it(fake: FakeStripe, original: Object) -> list[Object]:
    """Fully reversing what was partly reversed would take the same back twice."""
    lines = fake.state.lines[original["id"]]
    if left_of(fake, original) != lines:
        raise refused("Part of this transaction is reversed already.", param="original_transaction")
    return [_reversed(line, -line["amount"], -line["amount_tax"], line["reference"]) for line in lines]


def _part_of_it(fake: FakeStripe, original: Object, params: Object) -> list[Object]:
    if original["type"] == "reversal":
        raise refused("A reversal can only be fully reversed.", param="mode")
    if len(_reversals(fake, original)) >= MOST_PARTS:
        raise refused(f"A transaction has at most {MOST_PARTS} partial reversals.", param="original_transaction")
    if ("flat_amount" in params) == ("line_items" in params):
        if "flat_amount" in params:
            raise bad_parameter("flat_amount", "You may only specify one of these: flat_amount, line_items.")
        raise missing_parameter("line_items")
    left = {line["id"]: line for line in left_of(fake, original)}
    if "flat_amount" in params:
        return _spread(list(left.values()), params["flat_amount"])
    return [_named(left, each, f"line_items[{index}]") for index, each in enumerate(params["line_items"])]


def _named(left: dict[str, Object], wanted: Object, path: str) -> Object:
    line = left.get(wanted["original_line_item"])
    if line is None:
        raise refused("No such line item in the original transaction.", param=f"{path}[original_line_item]")
    if -wanted["amount"] > line["amount"] or -wanted["amount_tax"] > line["amount_tax"]:
        raise refused("You cannot reverse more than is left of the line item.", param=f"{path}[amount]")
    return _reversed(line, wanted["amount"], wanted["amount_tax"], wanted["reference"])


def _spread(left: list[Object], flat: int) -> list[Object]:
    """Over the lines by what is left of each, and in each between the amount and its tax; the last has the rest."""
    wholes = [line["amount"] + (line["amount_tax"] if line["tax_behavior"] == "exclusive" else 0) for line in left]
    if -flat > sum(wholes):
        raise refused("You cannot reverse more than is left of the transaction.", param="flat_amount")
    given, spread = 0, []
    for line, whole_of_it in zip(left, wholes, strict=True):
        part = flat - given if line is left[-1] else rounded(Fraction(flat * whole_of_it, sum(wholes)))
        given += part
        tax = rounded(Fraction(part * line["amount_tax"], whole_of_it)) if whole_of_it else 0
        spread.append(
            _reversed(line, part if line["tax_behavior"] == "inclusive" else part - tax, tax, line["reference"])
        )
    return spread


def _reversed(line: Object, amount: int, tax: int, reference: str) -> Object:
    copied = {name: line[name] for name in ("product", "quantity", "tax_behavior", "tax_code")}
    reversal = {"original_line_item": line["id"]}
    return {**copied, "amount": amount, "amount_tax": tax, "metadata": {}, "reference": reference, "reversal": reversal}


def _keep(
    fake: FakeStripe, params: Object, source: Object, lines: list[Object], posted_at: int, original: str | None
) -> Object:
    if any(each["reference"] == params["reference"] for each in fake.every(_KIND).values()):
        message = f"A tax transaction with the reference '{params['reference']}' exists already."
        raise refused(message, param="reference", code="resource_already_exists")
    kind = "reversal" if original else "transaction"
    transaction = {
        "id": fake.new_id("tax_"),
        "object": _KIND,
        "created": fake.now(),
        "currency": source["currency"],
        "customer": None,
        "customer_details": source["customer_details"],
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "posted_at": posted_at,
        "reference": params["reference"],
        "reversal": {"original_transaction": original} if original else None,
        "ship_from_details": None,
        "shipping_cost": None,
        "tax_date": source["tax_date"],
        "type": kind,
    }
    fixed = {"object": _LINE_KIND, "livemode": False, "type": kind}
    fake.state.lines[transaction["id"]] = [{"id": fake.new_id("tax_li_"), **fixed, **line} for line in lines]
    return fake.keep(transaction)


ROUTES = [
    Route("POST", "/v1/tax/transactions/create_from_calculation", record, RECORD),
    Route("POST", "/v1/tax/transactions/create_reversal", reverse, REVERSE),
    Route("GET", "/v1/tax/transactions/{id}", retrieve),
    Route("GET", "/v1/tax/transactions/{id}/line_items", list_lines, paging.listing()),
]
