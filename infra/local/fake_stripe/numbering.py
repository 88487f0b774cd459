"""Ids that look like Stripe's and come again with the same seed."""

from __future__ import annotations

import hashlib

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def id_for(seed: str, prefix: str, number: int) -> str:
    """``pi_3…``: sessions have 58 characters after their prefix, everything else 24."""
    length = 58 if prefix.startswith("cs_") else 24
    digest = hashlib.sha512(f"{seed}/{prefix}/{number}".encode()).digest()
    return prefix + digest[:length].translate(_LETTERS).decode()
