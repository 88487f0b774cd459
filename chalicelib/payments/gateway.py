"""The one place that asks Stripe for money, and sends it back."""

from contextlib import suppress
from typing import Any

from chalicelib.core import ids
from chalicelib.payments.objects import Checkout, Payment, Refund, Session
from chalicelib.payments.wire import ProviderDeclined, ask, client, listed, settled

_PAYMENT = "latest_charge.balance_transaction"
_MOVES = ("balance_transaction", "failure_balance_transaction")


def open_checkout(wanted: Checkout) -> Session:
    """A hosted page to pay an order on. Asked again with the same attempt, the same page.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    about = {"order_id": wanted.order_id}
    params = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [_line(wanted.currency, item.name, item.amount) for item in wanted.items],
        "allowed_payment_method_types": list(wanted.methods),
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "client_reference_id": wanted.order_id,
        "metadata": about,
        "payment_intent_data": {"metadata": about, "transfer_group": wanted.order_id},
        "expires_at": wanted.expires_at,
        "success_url": wanted.return_url,
        "cancel_url": wanted.return_url,
    }
    if wanted.note:
        params["custom_text"] = {"submit": {"message": wanted.note}}
    key = f"checkout:{wanted.order_id}:{wanted.attempt}"
    return session_of(ask(lambda: client().checkout.sessions.create(params, {"idempotency_key": key})))


def find_checkout(order_id: str, since: int) -> Session | None:
    """The newest page for this order made since that second: Stripe cannot be asked for an order's pages, so ours are
    looked through. Raises ProviderUnavailable."""
    params = {"created": {"gte": since}, "limit": 100}
    for found in listed(lambda: client().checkout.sessions.list(params)):
        if found.get("client_reference_id") == order_id:
            return session_of(found)
    return None


def read_checkout(session_id: str) -> Session:
    """The page as it is now, with its payment. Raises ProviderUnavailable."""
    params = {"expand": [f"payment_intent.{_PAYMENT}"]}
    return session_of(ask(lambda: client().checkout.sessions.retrieve(session_id, params)))


def close_checkout(session_id: str) -> Session | None:
    """Let nobody pay on this page any more; where it is too late for that, the page as it is.

    None where the provider knows no such page: nobody can pay on it. Raises ProviderUnavailable.
    """
    with suppress(ProviderDeclined):  # it is closed already
        ask(lambda: client().checkout.sessions.expire(session_id))
    try:
        return read_checkout(session_id)
    except ProviderDeclined as error:
        if error.code != "resource_missing":
            raise
        return None


def read_payment(payment_id: str) -> Payment:
    """Raises ProviderUnavailable."""
    return _payment(ask(lambda: client().payment_intents.retrieve(payment_id, {"expand": [_PAYMENT]})))


def payment_of_charge(charge_id: str) -> Payment | None:
    """The payment that a charge belongs to; None for a charge without one, which is none of ours."""
    charge = ask(lambda: client().charges.retrieve(charge_id))
    return read_payment(charge["payment_intent"]) if charge.get("payment_intent") else None


def refund(task: str, attempt: int, order_id: str, payment_id: str, amount: int, reason: str) -> Refund:
    """Send money back. Look with ``refunds_of`` first: a new attempt is a new request.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    params = {
        "payment_intent": payment_id,
        "amount": amount,
        "reason": reason,
        "metadata": {"task": task, "order_id": order_id},
        "expand": ["balance_transaction"],
    }
    key = f"refund:{task}:{attempt}"
    return _refund(ask(lambda: client().refunds.create(params, {"idempotency_key": key})))


def refunds_of(payment_id: str) -> list[Refund]:
    """What went back of a payment, or is on its way, by whoever's hand. Raises ProviderUnavailable."""
    params = {"payment_intent": payment_id, "limit": 100, "expand": [f"data.{name}" for name in _MOVES]}
    return [_refund(found) for found in listed(lambda: client().refunds.list(params))]


def read_refund(refund_id: str) -> Refund:
    """Raises ProviderUnavailable."""
    params = {"expand": list(_MOVES)}
    return _refund(ask(lambda: client().refunds.retrieve(refund_id, params)))


def _line(currency: str, name: str, amount: int) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"price_data": price, "quantity": 1}


def session_of(told: dict[str, Any]) -> Session:
    intent = told.get("payment_intent")
    return Session(
        id=told["id"],
        order_id=told.get("client_reference_id") or "",
        status=told["status"],
        amount=told["amount_total"],
        currency=told["currency"],
        expires_at=told["expires_at"],
        url=told.get("url"),
        offered=tuple(told.get("payment_method_types") or ()),
        payment=_payment(intent) if isinstance(intent, dict) else None,
        subscribes=told["mode"] == "subscription",
        account_id=(told.get("metadata") or {}).get("account_id", ""),
        begun=told.get("subscription"),
    )


def _payment(told: dict[str, Any]) -> Payment:
    charge, order_id = told.get("latest_charge") or {}, (told.get("metadata") or {}).get("order_id")
    return Payment(
        id=told["id"],
        order_id=order_id or invoiced_order(told["id"]),
        status=told["status"],
        amount=told["amount_received"],
        currency=told["currency"],
        livemode=told["livemode"],
        charge_id=charge.get("id"),
        method=(charge.get("payment_method_details") or {}).get("type"),
        settled=settled(charge.get("balance_transaction")),
        invoiced=not order_id,
    )


def invoiced_order(payment_id: str) -> str:
    """The id of the order that a payment is for which an invoice asked, and which knows no order therefore."""
    return ids.derived("invoiced", payment_id)


def _refund(told: dict[str, Any]) -> Refund:
    about = told.get("metadata") or {}
    return Refund(
        id=told["id"],
        task=about.get("task", ""),
        order_id=about.get("order_id", ""),
        payment_id=told.get("payment_intent") or "",
        amount=told["amount"],
        currency=told["currency"],
        status=told["status"],
        settled=settled(told.get("balance_transaction")),
        returned=settled(told.get("failure_balance_transaction")),
    )
