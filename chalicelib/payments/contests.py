"""Disputes at Stripe: what a buyer's bank asks, our evidence, and giving in."""

from typing import Any

from chalicelib.payments.objects import Dispute
from chalicelib.payments.wire import ask, client, settled


def read_dispute(dispute_id: str) -> Dispute:
    """Raises ProviderUnavailable, ProviderDeclined."""
    return _dispute(ask(lambda: client().disputes.retrieve(dispute_id)))


def hand_in(dispute_id: str, evidence: dict[str, str], attempt: str) -> Dispute:
    """Give the bank our evidence. It stands then: look first whether it was handed in.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    params = {"evidence": evidence, "submit": True}
    options = {"idempotency_key": f"evidence:{attempt}"}
    return _dispute(ask(lambda: client().disputes.update(dispute_id, params, options)))


def give_in(dispute_id: str, attempt: str) -> Dispute:
    """The dispute is lost. Look first. Raises ProviderUnavailable, ProviderDeclined."""
    options = {"idempotency_key": f"acceptance:{attempt}"}
    return _dispute(ask(lambda: client().disputes.close(dispute_id, {}, options)))


def _dispute(told: dict[str, Any]) -> Dispute:
    moves = [settled(move) for move in told.get("balance_transactions") or ()]
    return Dispute(
        id=told["id"],
        payment_id=told.get("payment_intent") or "",
        amount=told["amount"],
        currency=told["currency"],
        status=told["status"],
        reason=told["reason"],
        due_by=(told.get("evidence_details") or {}).get("due_by"),
        moves=tuple(move for move in moves if move),
    )
