"""The one place that talks to Stripe. ``stripe`` loads with the first question, never with the module.

Two tries of 8 s each, well within the 29 s of the gateway. After ``ProviderUnavailable`` nobody knows whether the
thing was done: ask again with the same attempt, or look first.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from chalicelib.core import settings
from chalicelib.core.errors import Unavailable
from chalicelib.core.secrets import secret
from chalicelib.ledger.postings import Settled
from chalicelib.payments.objects import Checkout, Payment, Refund, Session

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
LOOKED_THROUGH = 1000

_PAYMENT = "latest_charge.balance_transaction"
_MOVES = ("balance_transaction", "failure_balance_transaction")


class ProviderUnavailable(Unavailable):
    """The payment provider did not answer, or not clearly."""

    en = "The payment service does not answer right now: try again in a moment. You have not been charged."
    zh = "支付服务暂时没有响应：请稍后重试。您尚未被扣款。"


class ProviderDeclined(Exception):
    """The payment provider understood, and will not: nothing was done. ``param`` is what it objects to."""

    def __init__(self, message: str, code: str | None, param: str | None) -> None:
        super().__init__(message)
        self.code, self.param = code, param


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
    return _session(_ask(lambda: _stripe().checkout.sessions.create(params, {"idempotency_key": key})))


def find_checkout(order_id: str, since: int) -> Session | None:
    """The newest page for this order made since that second: Stripe cannot be asked for an order's pages, so ours are
    looked through. Raises ProviderUnavailable."""
    params = {"created": {"gte": since}, "limit": 100}
    for found in _listed(lambda: _stripe().checkout.sessions.list(params)):
        if found.get("client_reference_id") == order_id:
            return _session(found)
    return None


def read_checkout(session_id: str) -> Session:
    """The page as it is now, with its payment. Raises ProviderUnavailable."""
    params = {"expand": [f"payment_intent.{_PAYMENT}"]}
    return _session(_ask(lambda: _stripe().checkout.sessions.retrieve(session_id, params)))


def close_checkout(session_id: str) -> Session | None:
    """Let nobody pay on this page any more; where it is too late for that, the page as it is.

    None where the provider knows no such page: nobody can pay on it. Raises ProviderUnavailable.
    """
    with suppress(ProviderDeclined):  # it is closed already
        _ask(lambda: _stripe().checkout.sessions.expire(session_id))
    try:
        return read_checkout(session_id)
    except ProviderDeclined as error:
        if error.code != "resource_missing":
            raise
        return None


def read_payment(payment_id: str) -> Payment:
    """Raises ProviderUnavailable."""
    return _payment(_ask(lambda: _stripe().payment_intents.retrieve(payment_id, {"expand": [_PAYMENT]})))


def payment_of_charge(charge_id: str) -> Payment | None:
    """The payment that a charge belongs to; None for a charge without one, which is none of ours."""
    charge = _ask(lambda: _stripe().charges.retrieve(charge_id))
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
    return _refund(_ask(lambda: _stripe().refunds.create(params, {"idempotency_key": key})))


def refunds_of(payment_id: str) -> list[Refund]:
    """What went back of a payment, or is on its way, by whoever's hand. Raises ProviderUnavailable."""
    params = {"payment_intent": payment_id, "limit": 100, "expand": [f"data.{name}" for name in _MOVES]}
    return [_refund(found) for found in _listed(lambda: _stripe().refunds.list(params))]


def read_refund(refund_id: str) -> Refund:
    """Raises ProviderUnavailable."""
    params = {"expand": list(_MOVES)}
    return _refund(_ask(lambda: _stripe().refunds.retrieve(refund_id, params)))


def takes(key: str) -> bool:
    """Whether Stripe accepts this secret key for what we ask of it. Raises ProviderUnavailable."""
    import stripe

    try:
        _client(key, settings.value("STRIPE_API_BASE"), TIMEOUT_SECONDS).checkout.sessions.list({"limit": 1})
    except (stripe.AuthenticationError, stripe.PermissionError):
        return False
    except stripe.StripeError as error:
        raise ProviderUnavailable from error
    return True


def _stripe() -> Any:
    return _client(secret("stripe-key"), settings.value("STRIPE_API_BASE"), TIMEOUT_SECONDS)


@cache
def _client(key: str, address: str, timeout: float) -> Any:
    import stripe

    client = stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        http_client=stripe.RequestsClient(timeout=timeout),
        max_network_retries=1,
        base_addresses={"api": address},
    )
    return client.v1


def _ask(question: Callable[[], Any]) -> dict[str, Any]:
    """One call, as plain data."""
    return dict(_guarded(question).to_dict())


def _listed(question: Callable[[], Any]) -> Iterator[dict[str, Any]]:
    """A list, page after page, as plain data."""
    pages = _guarded(question).auto_paging_iter()
    for _ in range(LOOKED_THROUGH):
        found = _guarded(lambda: next(pages, None))
        if found is None:
            return
        yield dict(found.to_dict())


def _guarded(question: Callable[[], Any]) -> Any:
    import stripe

    try:
        return question()
    except stripe.InvalidRequestError as error:
        raise ProviderDeclined(str(error.user_message or error), error.code, error.param) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable from error


def _line(currency: str, name: str, amount: int) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"price_data": price, "quantity": 1}


def _session(told: dict[str, Any]) -> Session:
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
    )


def _payment(told: dict[str, Any]) -> Payment:
    charge = told.get("latest_charge") or {}
    return Payment(
        id=told["id"],
        order_id=(told.get("metadata") or {}).get("order_id", ""),
        status=told["status"],
        amount=told["amount_received"],
        currency=told["currency"],
        livemode=told["livemode"],
        charge_id=charge.get("id"),
        method=(charge.get("payment_method_details") or {}).get("type"),
        settled=_settled(charge.get("balance_transaction")),
    )


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
        settled=_settled(told.get("balance_transaction")),
        returned=_settled(told.get("failure_balance_transaction")),
    )


def _settled(told: Any) -> Settled | None:
    """None where the transaction does not exist yet, or was not expanded."""
    if not isinstance(told, dict):
        return None
    return Settled(id=told["id"], amount=told["amount"], fee=told["fee"], currency=told["currency"])
