"""``Stripe-Signature``: HMAC-SHA256 of ``{timestamp}.{raw body}`` (docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import hashlib
import hmac


def sign(payload: bytes, secret: str, at: int) -> str:
    """The header that a webhook with this raw body carries when it is sent at this second."""
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + payload, hashlib.sha256).hexdigest()}"
