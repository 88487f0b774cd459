"""Somebody's own stand-in for Stripe in place of ours, by three variables of the environment: STRIPE_API_BASE,
STRIPE_WEBHOOK_SECRET, and where it wants a certain one STRIPE_KEY."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit


class Misfit(ValueError):
    """What the environment says of it is wrong, or not enough."""


class TheirStripe(NamedTuple):
    """``key``: what we show there; without one, a fresh test key."""

    url: str
    webhook_secret: str
    key: str = ""

    def secrets(self) -> dict[str, str]:
        keys = {"stripe-key": self.key} if self.key else {}
        return keys | {"stripe-webhook-secret": self.webhook_secret}


def told(variables: Mapping[str, str]) -> TheirStripe | None:
    """None where nothing is said, and ours is to stand in. Raises Misfit."""
    url, secret = variables.get("STRIPE_API_BASE", ""), variables.get("STRIPE_WEBHOOK_SECRET", "")
    if not url and not secret:
        return None
    if not url or not secret:
        raise Misfit("STRIPE_API_BASE and STRIPE_WEBHOOK_SECRET go together: say both, or neither.")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misfit(f"STRIPE_API_BASE is no address of an API: {url!r}. Say http://127.0.0.1:12111, for example.")
    return TheirStripe(url.rstrip("/"), secret, variables.get("STRIPE_KEY", ""))
