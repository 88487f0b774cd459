"""Proof that a webhook comes from Stripe (docs.stripe.com/webhooks#verify-manually).

Written out because the SDK's own check loads the SDK, accepts a moment in the future, and raises on bytes that are no
UTF-8; its signer is what the tests hold this against.
"""

import hashlib
import hmac

from chalicelib.core.errors import BadRequest

TOLERANCE_SECONDS = 300


class SignatureInvalid(BadRequest):
    """The webhook is not signed by the provider, or was not signed now."""

    en = "The Stripe-Signature does not fit this body, or is not of this moment."
    zh = "Stripe-Signature 与请求体不符，或已不在有效时间内。"


def must_be_signed(body: bytes, header: str, secret: str, now: float) -> None:
    """``header`` is ``t=seconds,v1=hex`` with perhaps several v1, of which one must fit: secrets rotate.

    Raises SignatureInvalid.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if not header.isascii() or len(moments) != 1 or not moments[0].isdigit() or len(moments[0]) > 12:
        raise SignatureInvalid
    if abs(now - int(moments[0])) > TOLERANCE_SECONDS:
        raise SignatureInvalid
    expected = hmac.new(secret.encode(), moments[0].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, signature) for signature in given):
        raise SignatureInvalid
