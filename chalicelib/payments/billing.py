"""Subscriptions at Stripe: begun on its page, renewed by its clock, each period on an invoice; and ended by us."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from chalicelib.payments.gateway import session_of
from chalicelib.payments.objects import Invoice, Recurring, Session, Subscription, Tax
from chalicelib.payments.wire import ask, client, listed

METHODS = ("card",)
"""Wallets cannot be charged without their owner."""

_INTERVALS = {30: ("month", 1), 365: ("year", 1)}
_DAY = 24 * 3600
_WITH_PAYMENTS = {"expand": ["payments"]}


def open_subscription(wanted: Recurring) -> Session:
    """A hosted page to subscribe on. Asked again with the same attempt, the same page.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    about = {"subscription_id": wanted.subscription_id, "account_id": wanted.account_id}
    params: dict[str, Any] = {
        "mode": "subscription",
        "ui_mode": "hosted_page",
        "line_items": [_line(wanted)],
        "allowed_payment_method_types": list(METHODS),
        "client_reference_id": wanted.subscription_id,
        "metadata": about,
        "subscription_data": {"metadata": about},
        "expires_at": wanted.expires_at,
        "success_url": wanted.return_url,
        "cancel_url": wanted.return_url,
    }
    if wanted.tax_code:
        params["automatic_tax"] = {"enabled": True}
    if wanted.note:
        params["custom_text"] = {"submit": {"message": wanted.note}}
    key = f"subscription:{wanted.subscription_id}:{wanted.attempt}"
    return session_of(ask(lambda: client().checkout.sessions.create(params, {"idempotency_key": key})))


def read_subscription(provider_id: str) -> Subscription:
    """Raises ProviderUnavailable, ProviderDeclined."""
    params = {"expand": ["latest_invoice"]}
    return _subscription(ask(lambda: client().subscriptions.retrieve(provider_id, params)))


def stop(provider_id: str, attempt: str) -> None:
    """Let it end with its period. Look first. Raises ProviderUnavailable, ProviderDeclined."""
    params, options = {"cancel_at_period_end": True}, {"idempotency_key": f"stop:{attempt}"}
    ask(lambda: client().subscriptions.update(provider_id, params, options))


def end(provider_id: str) -> None:
    """End it now. Look first: one that has ended is not found. Raises ProviderUnavailable, ProviderDeclined."""
    ask(lambda: client().subscriptions.cancel(provider_id))


def read_invoice(invoice_id: str) -> Invoice:
    """Raises ProviderUnavailable, ProviderDeclined."""
    return _invoice(ask(lambda: client().invoices.retrieve(invoice_id, _WITH_PAYMENTS)))


def invoice_of(payment_id: str) -> Invoice | None:
    """The invoice that asked for a payment; None where none did. Raises ProviderUnavailable."""
    params = {"payment": {"type": "payment_intent", "payment_intent": payment_id}, "limit": 1}
    found = next(listed(lambda: client().invoice_payments.list(params)), None)
    return read_invoice(found["invoice"]) if found else None


def tax_in(invoice: Invoice) -> Tax | None:
    """What tax is in what it comes to; None where nobody looked. A question for each rate.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    rates = [ask(partial(client().tax_rates.retrieve, rate)) for _, rate in invoice.taxes]
    if not rates:
        return None
    finest = next((rate for rate in rates if rate.get("state")), rates[0])
    named = "-".join(finest[name] for name in ("country", "state") if finest.get(name))
    # A number on the wire: its shortest text is the one that was sent.
    percent = sum((Decimal(str(rate["effective_percentage"] or 0)) for rate in rates), Decimal(0))
    return Tax(sum(amount for amount, _ in invoice.taxes), str(percent), named or None)


def paid_invoices(provider_id: str, since: int) -> list[Invoice]:
    """Those made since that second, oldest first. Raises ProviderUnavailable."""
    params = {"subscription": provider_id, "status": "paid", "created": {"gte": since}, "limit": 100}
    asked = {**params, "expand": ["data.payments"]}
    return [_invoice(found) for found in listed(lambda: client().invoices.list(asked))][::-1]


def _line(wanted: Recurring) -> dict[str, Any]:
    """A pass of thirty days is renewed by the month, one of 365 by the year, any other by its days."""
    interval, count = _INTERVALS.get(wanted.days, ("day", wanted.days))
    price: dict[str, Any] = {
        "currency": wanted.currency,
        "unit_amount": wanted.item.amount,
        "product_data": {"name": wanted.item.name},
        "recurring": {"interval": interval, "interval_count": count},
    }
    if wanted.tax_code:
        price["tax_behavior"] = "inclusive"
        price["product_data"]["tax_code"] = wanted.tax_code
    return {"price_data": price, "quantity": 1}


def _subscription(told: dict[str, Any]) -> Subscription:
    about, latest = told.get("metadata") or {}, told.get("latest_invoice")
    return Subscription(
        id=told["id"],
        account_id=about.get("account_id", ""),
        subscription_id=about.get("subscription_id", ""),
        status=told["status"],
        stops=told["cancel_at_period_end"],
        period_ends=max(item["current_period_end"] for item in told["items"]["data"]),
        latest=_invoice(latest) if isinstance(latest, dict) else None,
    )


def _invoice(told: dict[str, Any]) -> Invoice:
    """Its own period is that of the one before: what is paid for is on its line."""
    details = (told.get("parent") or {}).get("subscription_details") or {}
    about, lines = details.get("metadata") or {}, told["lines"]["data"]
    seconds = max((line["period"]["end"] - line["period"]["start"] for line in lines), default=0)
    payments = [each["payment"].get("payment_intent") for each in (told.get("payments") or {}).get("data", ())]
    return Invoice(
        id=told["id"],
        account_id=about.get("account_id", ""),
        subscription_id=about.get("subscription_id", ""),
        billed_by=details.get("subscription") or "",
        status=told["status"],
        days=max(round(seconds / _DAY), 1),
        tried=told["attempt_count"],
        url=told.get("hosted_invoice_url"),
        payments=tuple(payment for payment in payments if payment),
        taxes=tuple(_taxes(told.get("total_taxes") or ())),
    )


def _taxes(told: Iterable[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    for tax in told:
        if tax["tax_behavior"] == "inclusive" and tax["tax_rate_details"]:
            yield tax["amount"], tax["tax_rate_details"]["tax_rate"]
