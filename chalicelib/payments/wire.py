"""The wire to Stripe, for the gateways beside it. ``stripe`` loads with the first question, never with the module.

Two tries of 8 s each, well within the 29 s of the gateway. After ``ProviderUnavailable`` nobody knows whether the
thing was done: ask again with the same attempt, or look first.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import Any

from chalicelib.core import settings
from chalicelib.core.errors import Unavailable
from chalicelib.core.secrets import secret
from chalicelib.ledger.entries import Settled

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
HURRIED_SECONDS = 4
"""Where somebody waits, and another question follows."""
LOOKED_THROUGH = 1000


class ProviderUnavailable(Unavailable):
    """The payment provider did not answer, or not clearly."""

    en = "The payment service does not answer right now: try again in a moment. You have not been charged."
    zh = "支付服务暂时没有响应：请稍后重试。您尚未被扣款。"


class ProviderDeclined(Exception):
    """The payment provider understood, and will not: nothing was done. ``param`` is what it objects to, ``request``
    where its dashboard has the rest. Not its words: they quote what they were given, an address or a name."""

    def __init__(self, code: str | None, param: str | None, request: str | None = None) -> None:
        super().__init__(" ".join(filter(None, (code, param, request))))
        self.code, self.param = code, param


class AttemptReused(Exception):
    """An attempt was asked for before, with other parameters: a mistake of ours, which waiting does not mend."""


def client(timeout: float | None = None) -> Any:
    return _client(secret("stripe-key"), settings.value("STRIPE_API_BASE"), timeout or TIMEOUT_SECONDS)


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


@cache
def _client(key: str, address: str, timeout: float) -> Any:
    import stripe

    asked = stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        http_client=stripe.RequestsClient(timeout=timeout),
        max_network_retries=1,
        base_addresses={"api": address},
    )
    return asked.v1


def ask(question: Callable[[], Any]) -> dict[str, Any]:
    """One call, as plain data."""
    return dict(_guarded(question).to_dict())


def listed(question: Callable[[], Any], most: int | None = LOOKED_THROUGH) -> Iterator[dict[str, Any]]:
    """A list, page after page, as plain data; to its end where there is no ``most``."""
    pages = _guarded(question).auto_paging_iter()
    for _ in count() if most is None else range(most):
        found = _guarded(lambda: next(pages, None))
        if found is None:
            return
        yield dict(found.to_dict())


def _guarded(question: Callable[[], Any]) -> Any:
    import stripe

    try:
        return question()
    except stripe.InvalidRequestError as error:
        raise ProviderDeclined(error.code, error.param, error.request_id) from error
    except stripe.IdempotencyError as error:
        raise AttemptReused(error.request_id) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable from error


def settled(told: Any) -> Settled | None:
    """None where the transaction does not exist yet, or was not expanded."""
    if not isinstance(told, dict):
        return None
    return Settled(told["id"], told["amount"], told["fee"], told["currency"], told["created"], told["type"])
