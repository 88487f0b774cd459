"""What stored items say, in plain data: numbers, sources of access, and how far each thing is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

PREFIX = "lyceum-dev-"
CASH = "cash"
Item = dict[str, Any]


def number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", 0))


def sources(item: Item | None) -> set[str]:
    return set((item or {}).get("sources", {}).get("SS", ()))


def periods(item: Item | None) -> dict[str, dict[str, Any]]:
    """Author → source → period, of a row of passes."""
    return json.loads(item["periods"]["S"]) if item and "periods" in item else {}


def _order_status(item: Item) -> str:
    from chalicelib.orders import status

    return status.of(_facts(item))


def request_status(item: Item) -> str:
    from chalicelib.orders import status

    return status.of_request(_facts(item))


def subscription_status(item: Item) -> str:
    from chalicelib.orders import subscriptions

    return subscriptions.status(_facts(item))


def _dispute_status(item: Item) -> str:
    return str(item["status"]["S"])


def _move_status(item: Item) -> str:
    if "done_at" not in item:
        return "declined" if "declined_at" in item else "moving"
    returned = number(item, "returned")
    return "done" if not returned else "returned" if returned == number(item, "amount") else "partly returned"


def _placement_status(item: Item) -> str:
    if "decided_at" not in item:
        return "waiting"
    return "approved" if item["approved"]["BOOL"] else "rejected"


STATUSES = {
    "order": _order_status,
    "request": request_status,
    "subscription": subscription_status,
    "dispute": _dispute_status,
    "placement": _placement_status,
    "move": _move_status,
}


def _facts(item: Item) -> Any:
    known = {name: int(value["N"]) if "N" in value else value.get("S") for name, value in item.items()}
    return _Facts(**known)


class _Facts(SimpleNamespace):
    def __getattr__(self, name: str) -> None:
        return None
