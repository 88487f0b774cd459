"""Refunds: whole or partial, at once for cards, later for wallets, and sometimes failing after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, cards, currencies, events, paging
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Fields, metadata, one_of, text, whole
from infra.local.fake_stripe.plans import forget, plan
from infra.local.fake_stripe.problems import bad_parameter, missing_parameter, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_DAY = 24 * 3600
_WINDOW = {"alipay": 90 * _DAY, "wechat_pay": 180 * _DAY}
CREATE = Fields(
    {
        "amount": whole(1),
        "charge": text(100),
        "payment_intent": text(100),
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": metadata,
        "expand": EXPAND,
    }
)
UPDATE = Fields({"metadata": metadata, "expand": EXPAND})
LIST = paging.listing(charge=text(100), payment_intent=text(100))


def create(fake: FakeStripe, params: Object) -> Object:
    charge = _charge(fake, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(fake, charge, amount, left)
    balance.settle_charge(fake, charge["id"])
    refund = fake.keep(_begun(fake, params, charge, amount))
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    kind = "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund"
    refund["balance_transaction"] = balance.record(fake, kind, refund, -amount, "refund")["id"]
    _decide(fake, charge, refund)
    events.emit(fake, "refund.created", refund)
    events.emit(fake, "charge.refunded", charge)
    return refund


def complete(fake: FakeStripe, refund_id: str) -> None:
    """A pending refund reaches the buyer."""
    refund = fake.find("refund", refund_id)
    if refund["status"] != "pending":
        raise refused(f"This refund is {refund['status']}, not pending.", param="refund")
    forget(fake, refund_id)
    refund.update(status="succeeded", pending_reason=None)
    events.emit(fake, "refund.updated", refund, status="pending")


def fail(fake: FakeStripe, refund_id: str, reason: str = "declined") -> None:
    """A pending refund fails, or one that had succeeded fails late: the money returns to the balance."""
    refund = fake.find("refund", refund_id)
    previous = refund["status"]
    if previous not in ("pending", "succeeded"):
        raise refused(f"This refund is {previous}: it cannot fail.", param="refund")
    forget(fake, refund_id)
    charge = fake.find("charge", refund["charge"])
    back = balance.record(fake, "refund_failure", refund, refund["amount"], "refund_failure")
    refund.update(status="failed", failure_reason=reason, failure_balance_transaction=back["id"], pending_reason=None)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    events.emit(fake, "refund.updated", refund, status=previous)
    events.emit(fake, "refund.failed", refund)


def update(fake: FakeStripe, params: Object, refund_id: str) -> Object:
    refund = fake.find("refund", refund_id)
    before = refund["metadata"]
    refund["metadata"] = merged(before, params)
    if refund["metadata"] != before:
        events.emit(fake, "refund.updated", refund, metadata=before)
    return refund


def retrieve(fake: FakeStripe, params: Object, refund_id: str) -> Object:
    return fake.find("refund", refund_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("refund").values(), params, "charge", "payment_intent")
    return paging.page(fake, chosen, params, "/v1/refunds", "refund")


def refunds_of(fake: FakeStripe, charge: Object) -> Object:
    theirs = paging.matching(fake.every("refund").values(), {"charge": charge["id"]}, "charge")
    return paging.all_of(theirs[::-1], f"/v1/charges/{charge['id']}/refunds")


def _charge(fake: FakeStripe, params: Object) -> Object:
    if "charge" in params and "payment_intent" in params:
        raise bad_parameter("charge", "You may only specify one of these parameters: charge, payment_intent.")
    if "charge" in params:
        return fake.find("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise missing_parameter("payment_intent")
    intent = fake.find("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise refused(message, param="payment_intent")
    return fake.find("charge", intent["latest_charge"])


def _check(fake: FakeStripe, charge: Object, amount: int, left: int) -> None:
    if charge["status"] != "succeeded":
        raise refused(f"Charge {charge['id']} did not succeed and cannot be refunded.", param="charge")
    theirs = paging.matching(fake.every("dispute").values(), {"charge": charge["id"]}, "charge")
    if not all(dispute["is_charge_refundable"] for dispute in theirs):
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        asked, there = (currencies.written(value, charge["currency"]) for value in (amount, left))
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({there})"
        raise refused(message, param="amount")
    window = _WINDOW.get(charge["payment_method_details"]["type"])
    if window and fake.now() > charge["created"] + window:
        message = f"Charge {charge['id']} is too old: this payment method allows refunds for {window // _DAY} days."
        raise refused(message, code="charge_not_refundable")


def _begun(fake: FakeStripe, params: Object, charge: Object, amount: int) -> Object:
    return {
        "id": fake.new_id("re_" if charge["payment_method_details"]["type"] == "card" else "pyr_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": fake.now(),
        "currency": charge["currency"],
        "destination_details": {"type": charge["payment_method_details"]["type"]},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "pending_reason": None,
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def _decide(fake: FakeStripe, charge: Object, refund: Object) -> None:
    """Cards are refunded at once, except two test cards; wallets take their time."""
    after, last4 = fake.merchant.refund_after, charge["payment_method_details"].get("card", {}).get("last4")
    if last4 == cards.REFUND_FAILS_LATE[-4:]:
        plan(fake, "fail_refund", refund["id"], after)
    elif last4 in (None, cards.REFUND_IS_SLOW[-4:]):
        refund.update(status="pending", pending_reason="processing")
        plan(fake, "complete_refund", refund["id"], after)


ROUTES = [
    Route("POST", "/v1/refunds", create, CREATE),
    Route("GET", "/v1/refunds", listed, LIST),
    Route("GET", "/v1/refunds/{id}", retrieve),
    Route("POST", "/v1/refunds/{id}", update, UPDATE),
]
