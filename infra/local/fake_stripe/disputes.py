"""Disputes: a buyer's bank asks (an inquiry) or takes the money back at once, then decides.

Sources: the SDK's Dispute type; docs.stripe.com/disputes/how-disputes-work. The bank's part is played over the
control API; ours (evidence, giving in) over the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, cards, events, paging
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Fields, email, metadata, text, truth
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_DAY = 24 * 3600
_CLOSED = ("won", "lost", "warning_closed", "prevented")
_TEXTS = (
    "access_activity_log", "customer_name", "product_description", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "uncategorized_text",
)  # fmt: skip
EVIDENCE = Fields({**{name: text(20_000) for name in _TEXTS}, "customer_email_address": email})
UPDATE = Fields({"evidence": EVIDENCE, "submit": truth, "metadata": metadata, "expand": EXPAND})
LIST = paging.listing(charge=text(100), payment_intent=text(100))


def open_dispute(
    fake: FakeStripe,
    charge_id: str,
    amount: int | None = None,
    reason: str = "fraudulent",
    inquiry: bool = False,
) -> Object:
    """The bank takes ``amount`` (else all that was not refunded) and our fee; with ``inquiry`` it only asks."""
    charge = fake.find("charge", charge_id, "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if charge["status"] != "succeeded" or charge["disputed"] or not 0 < amount <= left:
        raise refused(
            "Only a charge that succeeded can be disputed, once, up to what was not refunded.", param="charge"
        )
    balance.settle_charge(fake, charge_id)
    charge["disputed"] = True
    dispute = fake.keep(_begun(fake, charge, amount, reason, inquiry))
    events.emit(fake, "charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(fake, dispute)
    return dispute


def move(fake: FakeStripe, dispute_id: str, status: str) -> Object:
    """What the bank or Stripe decides; any status, for Stripe adds new ones. Money follows it: withdrawn when an
    inquiry becomes a dispute, given back (without the fee) once when it is won."""
    dispute = fake.find("dispute", dispute_id, "dispute")
    before, withdrawn = dispute["status"], len(dispute["balance_transactions"])
    if before == status:
        raise refused(f"This dispute is {status} already.", param="status")
    dispute["status"] = status
    kind = "charge.dispute.closed" if status in _CLOSED else "charge.dispute.updated"
    events.emit(fake, kind, dispute, status=before)
    if status in ("needs_response", "under_review", "lost") and not withdrawn:
        _withdraw(fake, dispute)
    if status == "won" and withdrawn == 1:
        _reinstate(fake, dispute)
    return dispute


def dispute_by_itself(fake: FakeStripe, charge_id: str) -> None:
    """The buyer with Stripe's disputing test cards."""
    charge = fake.find("charge", charge_id)
    inquiry = charge["payment_method_details"]["card"]["last4"] == cards.INQUIRES[-4:]
    if not charge["disputed"] and not charge["refunded"]:
        open_dispute(fake, charge_id, inquiry=inquiry)


def update(fake: FakeStripe, params: Object, dispute_id: str) -> Object:
    """Evidence; ``submit=true`` hands it to the bank, after which it stands."""
    dispute = fake.find("dispute", dispute_id)
    dispute["metadata"] = merged(dispute["metadata"], params)
    if "evidence" not in params and "submit" not in params:
        return dispute
    if dispute["status"] not in ("needs_response", "warning_needs_response", "appeal_needs_response"):
        raise refused(f"This dispute is {dispute['status']}: its evidence stands.", param="evidence")
    dispute["evidence"].update(params.get("evidence", {}))
    dispute["evidence_details"]["has_evidence"] = bool(dispute["evidence"])
    if params.get("submit"):
        dispute["evidence_details"]["submission_count"] += 1
        return move(fake, dispute_id, dispute["status"].replace("needs_response", "under_review"))
    events.emit(fake, "charge.dispute.updated", dispute)
    return dispute


def close(fake: FakeStripe, params: Object, dispute_id: str) -> Object:
    """Give in: the dispute is lost."""
    if fake.find("dispute", dispute_id)["status"] in _CLOSED:
        raise refused("This dispute is already closed.")
    return move(fake, dispute_id, "lost")


def retrieve(fake: FakeStripe, params: Object, dispute_id: str) -> Object:
    return fake.find("dispute", dispute_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("dispute").values(), params, "charge", "payment_intent")
    return paging.page(fake, chosen, params, "/v1/disputes", "dispute")


def _withdraw(fake: FakeStripe, dispute: Object) -> None:
    taken = balance.record(fake, "adjustment", dispute, -dispute["amount"], "dispute", fake.merchant.dispute_fee)
    dispute["balance_transactions"].append(taken)
    dispute["is_charge_refundable"] = False
    events.emit(fake, "charge.dispute.funds_withdrawn", dispute)


def _reinstate(fake: FakeStripe, dispute: Object) -> None:
    given = balance.record(fake, "adjustment", dispute, dispute["amount"], "dispute_reversal")
    dispute["balance_transactions"].append(given)
    dispute["is_charge_refundable"] = True
    events.emit(fake, "charge.dispute.funds_reinstated", dispute)


def _begun(fake: FakeStripe, charge: Object, amount: int, reason: str, inquiry: bool) -> Object:
    return {
        "id": fake.new_id("du_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": fake.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": fake.now() + 7 * _DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


ROUTES = [
    Route("GET", "/v1/disputes", listed, LIST),
    Route("GET", "/v1/disputes/{id}", retrieve),
    Route("POST", "/v1/disputes/{id}", update, UPDATE),
    Route("POST", "/v1/disputes/{id}/close", close),
]
