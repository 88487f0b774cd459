"""How Stripe's balance moved: each of its transactions, what one comes from, and what they come to."""

from collections.abc import Iterator
from typing import Any

from chalicelib.ledger.entries import Settled
from chalicelib.payments.wire import ProviderDeclined, ask, client, listed, settled

_EVENTS = {
    "charge": ("charge.updated", "id"),
    "refund": ("refund.updated", "id"),
    "dispute": ("charge.dispute.updated", "id"),
    "transfer": ("transfer.updated", "id"),
    "transfer_reversal": ("transfer.updated", "transfer"),
    "payout": ("payout.updated", "id"),
    "topup": ("topup.updated", "id"),
}
"""What would tell of an object, by its kind; and where it names what is to be looked at."""


def between(since: int, until: int) -> Iterator[Settled]:
    """What moved from one second until before another, the newest first. Raises ProviderUnavailable."""
    params = {"created": {"gte": since, "lt": until}, "limit": 100}
    for told in listed(lambda: client().balance_transactions.list(params), most=None):
        yield _settled(told)


def read(transaction_id: str) -> Settled | None:
    """None where the provider knows no such movement. Raises ProviderUnavailable."""
    told = _told(transaction_id)
    return _settled(told) if told else None


def told_by(transaction_id: str) -> tuple[str, str] | None:
    """The type of event that would tell of what moved, and the id of its object; None where no event does.

    Raises ProviderUnavailable.
    """
    source = (_told(transaction_id, expand=["source"]) or {}).get("source")
    if not isinstance(source, dict) or source["object"] not in _EVENTS:
        return None
    event, name = _EVENTS[source["object"]]
    return event, source[name]


def balance() -> dict[str, int]:
    """What the balance is now, by currency: what is available, and what is on its way there. Raises
    ProviderUnavailable."""
    told, sums = ask(lambda: client().balance.retrieve()), dict[str, int]()
    for part in (*told["available"], *told["pending"]):
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return sums


def _told(transaction_id: str, **params: Any) -> dict[str, Any] | None:
    try:
        return ask(lambda: client().balance_transactions.retrieve(transaction_id, params))
    except ProviderDeclined as error:
        if error.code != "resource_missing":
            raise
        return None


def _settled(told: dict[str, Any]) -> Settled:
    found = settled(told)
    if found is None:
        raise TypeError(told)
    return found
