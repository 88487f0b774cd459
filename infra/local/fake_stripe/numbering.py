"""Ids that look like Stripe's and come again with the same seed."""

from __future__ import annotations

import hashlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def id_for(seed: str, prefix: str, number: int) -> str:
    """``pi_3…``: sessions have 58 characters after their prefix, everything else 24."""
    length = 58 if prefix.startswith("cs_") else 24
    digest = int.from_bytes(hashlib.sha512(f"{seed}/{prefix}/{number}".encode()).digest(), "big")
    letters = []
    for _ in range(length):
        digest, index = divmod(digest, 62)
        letters.append(_ALPHABET[index])
    return prefix + "".join(letters)
