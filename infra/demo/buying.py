"""Ordering, and paying on the hosted checkout page as a browser would."""

from typing import Any

import requests

from infra.demo.caller import Caller, until

PLACE = {"country": "CN"}
"""Where the demo's readers live: needed where the platform says what tax is in its prices."""


def order(reader: Caller, currency: str, *work_ids: str, method: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"work_ids": list(work_ids), "currency": currency, "billing_address": PLACE, **more}
    body |= {"method": method} if method else {}
    placed: dict[str, Any] = reader.spend("/v1/orders", body)
    return placed


def pay(order: dict[str, Any], method: str, **form: str) -> requests.Response:
    """Fill in the form of the page that the order names, and send it."""
    page = requests.get(order["pay_at"], timeout=30)
    page.raise_for_status()
    filled = {"action": "pay", "method": method, "outcome": "approve", "card_number": "4242424242424242", **form}
    return requests.post(order["pay_at"], data=filled, allow_redirects=False, timeout=30)


def await_status(reader: Caller, order_id: str, status: str) -> dict[str, Any]:
    """The order, once it has that status."""

    def look() -> dict[str, Any] | None:
        seen: dict[str, Any] = reader.get(f"/v1/me/orders/{order_id}")
        return seen if seen["status"] == status else None

    return until(f"order {order_id} to be {status}", look)


def buy(reader: Caller, currency: str, method: str, *work_ids: str, **more: Any) -> dict[str, Any]:
    """Order, pay and wait until it is paid. What is free needs no page."""
    placed = order(reader, currency, *work_ids, method=method, **more)
    if placed["pay_at"]:
        pay(placed, method)
    return await_status(reader, placed["order_id"], "paid")
