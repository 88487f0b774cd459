"""What becomes of a ring, step by step. Pure: no AWS, and the time is given.

settled → (begin) the new key is known, and signs once every container has read it → (retire) the old one goes.
"""

import msgspec
from msgspec import Struct

from chalicelib.accounts import tokens
from chalicelib.core.keyrings import KeyRing
from chalicelib.core.secrets import FRESH_SECONDS

DAY = 24 * 3600


class Life(Struct, frozen=True):
    """Seconds from a rotation's begin until the new key signs, and from then until nobody needs the old one."""

    lead: int
    overlap: int


LIVES = {
    tokens.KEYS: Life(lead=2 * FRESH_SECONDS, overlap=2 * tokens.SECONDS),
    "cursor-key": Life(lead=2 * FRESH_SECONDS, overlap=DAY),
    "stripe-webhook-secret": Life(lead=0, overlap=DAY),
}
"""Tokens live ten minutes, mailed codes thirty; a cursor is worth a day, and Stripe signs with both secrets for one."""


def begin(ring: KeyRing, key: str, now: int, lead: int) -> KeyRing:
    """With a new key that signs after the lead."""
    kid = _next_kid(ring)
    return KeyRing(ring.current, {**ring.keys, kid: key}, kid, now + lead)


def retire(ring: KeyRing) -> KeyRing:
    """With the new key alone. The ring must be rotating."""
    assert ring.next
    return KeyRing(ring.next, {ring.next: ring.keys[ring.next]})


def replace(ring: KeyRing, key: str) -> KeyRing:
    """With a new key alone, at once: for a key that others know. What the old one signed is void."""
    kid = _next_kid(ring)
    return KeyRing(kid, {kid: key})


def retires_at(ring: KeyRing, life: Life) -> int:
    """From when on nothing that still counts was signed with the old key."""
    return ring.next_from + life.overlap


def written(ring: KeyRing) -> str:
    return msgspec.json.encode(ring).decode()


def _next_kid(ring: KeyRing) -> str:
    """Never one that was there: kids are k1, k2, …"""
    numbers = [int(kid[1:]) for kid in ring.keys if kid[:1] == "k" and kid[1:].isdecimal()]
    return f"k{max(numbers, default=0) + 1}"
