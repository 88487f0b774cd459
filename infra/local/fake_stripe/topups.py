"""Top-ups: the platform's bank adds to its balance, at once here; the bank may take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, events, paging
from infra.local.fake_stripe.parameters import EXPAND, Fields, metadata, text, whole
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

CREATE = Fields(
    {"amount": whole(1), "currency": text(3), "description": text(), "metadata": metadata, "expand": EXPAND},
    ("amount", "currency"),
)
LIST = paging.listing(status=text(20))


def create(fake: FakeStripe, params: Object) -> Object:
    topup = fake.keep(
        {
            "id": fake.new_id("tu_"),
            "object": "topup",
            "amount": params["amount"],
            "balance_transaction": None,
            "created": fake.now(),
            "currency": params["currency"],
            "description": params.get("description"),
            "expected_availability_date": fake.now(),
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "source": None,
            "statement_descriptor": None,
            "status": "pending",
            "transfer_group": None,
        }
    )
    events.emit(fake, "topup.created", topup)
    topup["balance_transaction"] = balance.record(fake, "topup", topup, topup["amount"])["id"]
    balance.release_funds(fake, topup["balance_transaction"])
    topup["status"] = "succeeded"
    events.emit(fake, "topup.succeeded", topup, status="pending")
    return topup


def reverse(fake: FakeStripe, topup_id: str) -> Object:
    """The bank takes it back, days after."""
    topup = fake.find("topup", topup_id)
    if topup["status"] != "succeeded":
        raise refused(f"This top-up is {topup['status']}: it cannot be reversed.", param="topup")
    balance.record(fake, "topup_reversal", topup, -topup["amount"])
    topup["status"] = "reversed"
    events.emit(fake, "topup.reversed", topup, status="succeeded")
    return topup


def retrieve(fake: FakeStripe, params: Object, topup_id: str) -> Object:
    return fake.find("topup", topup_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("topup").values(), params, "status")
    return paging.page(fake, chosen, params, "/v1/topups", "topup")


ROUTES = [
    Route("POST", "/v1/topups", create, CREATE),
    Route("GET", "/v1/topups", listed, LIST),
    Route("GET", "/v1/topups/{id}", retrieve),
]
