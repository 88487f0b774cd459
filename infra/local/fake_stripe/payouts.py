"""Payouts of the platform's own balance to its bank; they may come back, even after they were paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, events, paging
from infra.local.fake_stripe.parameters import EXPAND, Fields, metadata, text, whole
from infra.local.fake_stripe.plans import forget, plan
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_ARRIVES_AFTER = 24 * 3600
CREATE = Fields(
    {"amount": whole(1), "currency": text(3), "description": text(), "metadata": metadata, "expand": EXPAND},
    ("amount", "currency"),
)
LIST = paging.listing(status=text(20))


def create(fake: FakeStripe, params: Object) -> Object:
    amount, currency = params["amount"], params["currency"]
    if amount > balance.available(fake, currency):
        raise refused("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = fake.keep(
        {
            "id": fake.new_id("po_"),
            "object": "payout",
            "amount": amount,
            "arrival_date": fake.now() + _ARRIVES_AFTER,
            "automatic": False,
            "balance_transaction": None,
            "created": fake.now(),
            "currency": currency,
            "description": params.get("description"),
            "destination": "ba_lyceum",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "method": "standard",
            "reconciliation_status": "not_applicable",
            "status": "pending",
            "type": "bank_account",
        }
    )
    payout["balance_transaction"] = balance.record(fake, "payout", payout, -amount)["id"]
    balance.release_funds(fake, payout["balance_transaction"])
    plan(fake, "pay_out", payout["id"], _ARRIVES_AFTER)
    events.emit(fake, "payout.created", payout)
    return payout


def arrive(fake: FakeStripe, payout_id: str) -> None:
    payout = fake.find("payout", payout_id)
    if payout["status"] == "pending":
        payout["status"] = "paid"
        events.emit(fake, "payout.paid", payout, status="pending")


def fail(fake: FakeStripe, payout_id: str, code: str = "account_closed") -> Object:
    """The bank does not take it, or sends it back days after."""
    payout = fake.find("payout", payout_id)
    previous = payout["status"]
    if previous not in ("pending", "paid"):
        raise refused(f"This payout is {previous}: it cannot fail.", param="payout")
    forget(fake, payout_id)
    back = balance.record(fake, "payout_failure", payout, payout["amount"])
    balance.release_funds(fake, back["id"])
    payout.update(status="failed", failure_code=code, failure_balance_transaction=back["id"])
    events.emit(fake, "payout.failed", payout, status=previous)
    return payout


def retrieve(fake: FakeStripe, params: Object, payout_id: str) -> Object:
    return fake.find("payout", payout_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("payout").values(), params, "status")
    return paging.page(fake, chosen, params, "/v1/payouts", "payout")


ROUTES = [
    Route("POST", "/v1/payouts", create, CREATE),
    Route("GET", "/v1/payouts", listed, LIST),
    Route("GET", "/v1/payouts/{id}", retrieve),
]
