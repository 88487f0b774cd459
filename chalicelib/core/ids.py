"""The only source of ids and secrets."""

import hashlib
import random
import secrets

from chalicelib.core import clock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_source: random.Random = random.SystemRandom()


def new() -> str:
    """A ULID: 26 characters that sort by the millisecond they were made in (github.com/ulid/spec)."""
    number = int(clock.timestamp() * 1000) << 80 | _source.getrandbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def derived(*parts: str) -> str:
    """The same 26 characters for the same parts, for rows whose identity is given by what they are about."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16], "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def chance() -> float:
    """From 0 to less than 1: for waits of many that should not end together."""
    return _source.random()


def seed(number: int) -> None:
    """Make ids repeatable, for histories that are replayed. Secrets stay unpredictable."""
    global _source
    _source = random.Random(number)


def secret() -> str:
    """256 unpredictable bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def word() -> str:
    """Ten unpredictable letters and digits that a person can read out."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(10))


def code() -> str:
    """Six unpredictable digits that a person can copy from a mail."""
    return f"{secrets.randbelow(1_000_000):06d}"
