"""What Stripe does for those who are paid: their accounts, transfers to them and back. And what moves between our
balance and our bank."""

from typing import Any

from chalicelib.payments.objects import Account, Back, Payout, TopUp, Transfer
from chalicelib.payments.wire import ask, client, listed, settled

_MOVED = ["balance_transaction", "reversals.data.balance_transaction"]


def open_account(author_id: str, country: str) -> Account:
    """An account that can be paid, once its owner told Stripe what it asks. Asked again for that country, the same.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    params = {
        "country": country,
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
        },
        "capabilities": {"transfers": {"requested": True}},
        "metadata": {"author_id": author_id},
    }
    return _account(
        ask(lambda: client().accounts.create(params, {"idempotency_key": f"account:{author_id}:{country}"}))
    )


def read_account(provider_id: str) -> Account:
    """Raises ProviderUnavailable, ProviderDeclined."""
    return _account(ask(lambda: client().accounts.retrieve(provider_id)))


def onboarding_page(provider_id: str, return_url: str) -> str:
    """Where the owner tells Stripe what it asks: a page for one visit, soon. Raises ProviderUnavailable,
    ProviderDeclined."""
    params = {
        "account": provider_id,
        "type": "account_onboarding",
        "refresh_url": return_url,
        "return_url": return_url,
    }
    return str(ask(lambda: client().account_links.create(params))["url"])


def transfer(move_id: str, author_id: str, attempt: int, destination: str, amount: int, currency: str) -> Transfer:
    """Pay an author out of our balance. Look with ``find_transfer`` first: a new attempt is a new request.

    Raises ProviderUnavailable, ProviderDeclined.
    """
    params = {
        "amount": amount,
        "currency": currency,
        "destination": destination,
        "transfer_group": move_id,
        "metadata": {"move": move_id, "author_id": author_id},
        "expand": _MOVED,
    }
    options = {"idempotency_key": f"transfer:{move_id}:{attempt}"}
    return _transfer(ask(lambda: client().transfers.create(params, options)))


def find_transfer(move_id: str) -> Transfer | None:
    """The transfer that was made for this move, if one was. Raises ProviderUnavailable."""
    params = {"transfer_group": move_id, "limit": 10, "expand": [f"data.{name}" for name in _MOVED]}
    return next((_transfer(found) for found in listed(lambda: client().transfers.list(params))), None)


def read_transfer(transfer_id: str) -> Transfer:
    """With all that came back of it. Raises ProviderUnavailable, ProviderDeclined."""
    told = ask(lambda: client().transfers.retrieve(transfer_id, {"expand": _MOVED}))
    if (told.get("reversals") or {}).get("has_more"):
        params = {"limit": 100, "expand": ["data.balance_transaction"]}
        told["reversals"] = {"data": list(listed(lambda: client().transfers.reversals.list(transfer_id, params)))}
    return _transfer(told)


def take_back(transfer_id: str, move_id: str, attempt: int, amount: int) -> None:
    """Reverse so much of a transfer. Look with ``read_transfer`` first. Raises ProviderUnavailable, ProviderDeclined:
    the author's account may hold less."""
    params = {"amount": amount, "metadata": {"move": move_id}}
    options = {"idempotency_key": f"reversal:{move_id}:{attempt}"}
    ask(lambda: client().transfers.reversals.create(transfer_id, params, options))


def read_payout(payout_id: str) -> Payout:
    """Raises ProviderUnavailable, ProviderDeclined."""
    params = {"expand": ["balance_transaction", "failure_balance_transaction"]}
    told = ask(lambda: client().payouts.retrieve(payout_id, params))
    return Payout(
        id=told["id"],
        amount=told["amount"],
        currency=told["currency"],
        status=told["status"],
        settled=settled(told.get("balance_transaction")),
        returned=settled(told.get("failure_balance_transaction")),
    )


def read_top_up(top_up_id: str) -> TopUp:
    """With what it moved, which Stripe lists and does not name. Raises ProviderUnavailable, ProviderDeclined."""
    told = ask(lambda: client().topups.retrieve(top_up_id))
    params = {"source": top_up_id, "limit": 10}
    moved = {one["type"]: settled(one) for one in listed(lambda: client().balance_transactions.list(params))}
    return TopUp(
        id=told["id"],
        amount=told["amount"],
        currency=told["currency"],
        settled=moved.get("topup"),
        returned=moved.get("topup_reversal"),
    )


def _account(told: dict[str, Any]) -> Account:
    requirements = told.get("requirements") or {}
    return Account(
        id=told["id"],
        author_id=(told.get("metadata") or {}).get("author_id", ""),
        country=told.get("country") or "",
        payable=(told.get("capabilities") or {}).get("transfers") == "active",
        needs=tuple(requirements.get("currently_due") or ()),
        disabled_because=requirements.get("disabled_reason"),
    )


def _transfer(told: dict[str, Any]) -> Transfer:
    about = told.get("metadata") or {}
    return Transfer(
        id=told["id"],
        move_id=about.get("move", ""),
        destination=told["destination"],
        amount=told["amount"],
        currency=told["currency"],
        settled=settled(told.get("balance_transaction")),
        backs=tuple(_back(back) for back in (told.get("reversals") or {}).get("data") or ()),
    )


def _back(told: dict[str, Any]) -> Back:
    move_id = (told.get("metadata") or {}).get("move", "")
    return Back(told["id"], move_id, told["amount"], settled(told.get("balance_transaction")))
