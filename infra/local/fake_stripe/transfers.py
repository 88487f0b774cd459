"""Transfers to connected accounts, and their reversals. A transfer takes from what is available of the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import accounts, balance, events, paging
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Fields, metadata, text, whole
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

CREATE = Fields(
    {
        "amount": whole(1),
        "currency": text(3),
        "destination": text(100),
        "description": text(),
        "transfer_group": text(200),
        "metadata": metadata,
        "expand": EXPAND,
    },
    ("amount", "currency", "destination"),
)
UPDATE = Fields({"metadata": metadata, "expand": EXPAND})
REVERSE = Fields({"amount": whole(1), "metadata": metadata, "expand": EXPAND})
LIST = paging.listing(destination=text(100), transfer_group=text(200))


def create(fake: FakeStripe, params: Object) -> Object:
    accounts.payable(fake, params["destination"])
    amount, currency = params["amount"], params["currency"]
    if currency != fake.merchant.home(currency):
        raise refused(f"You have no balance in {currency}.", param="currency", code="balance_insufficient")
    there = balance.available(fake, currency)
    if amount > there:
        message = f"You have insufficient available funds in your Stripe account: {there} {currency}."
        raise refused(message, code="balance_insufficient")
    transfer = fake.keep(_begun(fake, params))
    transfer["balance_transaction"] = balance.record(fake, "transfer", transfer, -amount)["id"]
    balance.release_funds(fake, transfer["balance_transaction"])
    events.emit(fake, "transfer.created", transfer)
    return transfer


def reverse(fake: FakeStripe, params: Object, transfer_id: str) -> Object:
    """Back out of the connected account, as far as it holds so much."""
    transfer = fake.find("transfer", transfer_id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if amount > left or left == 0:
        raise refused(f"There is only {left} left of the transfer to reverse.", param="amount")
    if amount > accounts.holds(fake, transfer["destination"], transfer["currency"]):
        message = "The destination account has insufficient funds to cover the reversal."
        raise refused(message, code="balance_insufficient")
    reversal = {
        "id": fake.new_id("trr_"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": fake.now(),
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": params.get("metadata", {}),
        "source_refund": None,
        "transfer": transfer_id,
    }
    fake.keep(reversal)
    reversal["balance_transaction"] = balance.record(fake, "transfer_refund", reversal, amount, "transfer_reversal")[
        "id"
    ]
    balance.release_funds(fake, reversal["balance_transaction"])
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    events.emit(fake, "transfer.reversed", transfer)
    return reversal


def update(fake: FakeStripe, params: Object, transfer_id: str) -> Object:
    transfer = fake.find("transfer", transfer_id)
    before = transfer["metadata"]
    transfer["metadata"] = merged(before, params)
    if transfer["metadata"] != before:
        events.emit(fake, "transfer.updated", transfer, metadata=before)
    return transfer


def retrieve(fake: FakeStripe, params: Object, transfer_id: str) -> Object:
    return fake.find("transfer", transfer_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("transfer").values(), params, "destination", "transfer_group")
    return paging.page(fake, chosen, params, "/v1/transfers", "transfer")


def reversals(fake: FakeStripe, params: Object, transfer_id: str) -> Object:
    fake.find("transfer", transfer_id)
    chosen = paging.matching(fake.every("transfer_reversal").values(), {"transfer": transfer_id}, "transfer")
    return paging.page(fake, chosen, params, f"/v1/transfers/{transfer_id}/reversals", "transfer_reversal")


def _begun(fake: FakeStripe, params: Object) -> Object:
    transfer_id = fake.new_id("tr_")
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": params["amount"],
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": fake.now(),
        "currency": params["currency"],
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": fake.new_id("py_"),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "reversals": paging.all_of([], f"/v1/transfers/{transfer_id}/reversals"),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }


ROUTES = [
    Route("POST", "/v1/transfers", create, CREATE),
    Route("GET", "/v1/transfers", listed, LIST),
    Route("GET", "/v1/transfers/{id}", retrieve),
    Route("POST", "/v1/transfers/{id}", update, UPDATE),
    Route("POST", "/v1/transfers/{id}/reversals", reverse, REVERSE),
    Route("GET", "/v1/transfers/{id}/reversals", reversals, paging.listing()),
]
