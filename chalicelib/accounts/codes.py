"""Mailed codes: six digits, kept hashed, good for a while and for a few tries."""

import hashlib
import hmac
from typing import TypeVar

from chalicelib.accounts.models import PasswordReset, Registration
from chalicelib.core import clock
from chalicelib.core.errors import Unprocessable
from chalicelib.core.keyrings import ring

KEYS = "cursor-key"
MINUTES = 30
TRIES = 5

Held = TypeVar("Held", Registration, PasswordReset)


class CodeWrong(Unprocessable):
    """The code is wrong, used up or too old; which, nobody is told."""

    en = "This code is wrong or no longer valid: ask for a new one."
    zh = "验证码错误或已失效：请重新获取。"


def hashed(code: str, about: str) -> str:
    """Keyed, so that a copy of the table does not give six digits away to a guesser."""
    return _hashed(ring(KEYS).key, code, about)


def expiry() -> int:
    return int(clock.timestamp()) + MINUTES * 60


def check(held: type[Held], key: str, row: str, code: str) -> Held:
    """The row that the code opens. Each try is counted before it is judged, so parallel guesses gain nothing.

    Raises CodeWrong.
    """
    now = int(clock.timestamp())
    found = held(key, row)
    open_still = (held.expires_at > now) & (held.attempts < TRIES)
    if not found.update_if(open_still, [held.attempts.add(1)]):
        raise CodeWrong(field="code")
    if not any(hmac.compare_digest(found.code_hash, _hashed(secret, code, key)) for secret in ring(KEYS).every):
        raise CodeWrong(field="code")
    return found


def _hashed(secret: str, code: str, about: str) -> str:
    return hmac.digest(secret.encode(), f"{about}\x1f{code}".encode(), hashlib.sha256).hex()
