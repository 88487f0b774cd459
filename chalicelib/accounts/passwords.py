"""Passwords are only ever stored as argon2id hashes (RFC 9106, the second recommended parameter set)."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def hashed(password: str) -> str:
    return _hasher().hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Takes as long whether or not there is a hash, so that time tells nobody which addresses have accounts."""
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(password_hash or _nobodys(), password) and password_hash is not None
    except VerificationError:
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return hashed("the password of nobody")
