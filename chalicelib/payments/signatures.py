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


def must_be_signed(body: bytes, header: str, secrets: tuple[str, ...], now: float) -> None:
    """``header`` is ``t=seconds,v1=hex`` with perhaps several v1, of which one must fit one of ours: secrets
    rotate, and for a day the provider signs with both.

    Raises SignatureInvalid.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if not header.isascii() or len(moments) != 1 or not moments[0].isdigit() or len(moments[0]) > 12:
        raise SignatureInvalid
    if abs(now - int(moments[0])) > TOLERANCE_SECONDS:
        raise SignatureInvalid
    message = moments[0].encode() + b"." + body
    expected = [hmac.digest(secret.encode(), message, hashlib.sha256).hex() for secret in secrets]
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given):
        raise SignatureInvalid
