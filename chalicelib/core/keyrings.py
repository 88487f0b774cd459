"""Secrets that are replaced while in use: the new key is known everywhere before it signs, the old one verifies on.

A ring is the JSON text of ``KeyRing`` in one parameter; a text that is no JSON object is a ring of one key.
"""

from functools import lru_cache

import msgspec

from chalicelib.core import clock
from chalicelib.core.secrets import secret

FIRST = "k1"


class KeyRing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Keys by kid. ``current`` signs until ``next`` does, from ``next_from`` on (seconds since 1970); all verify."""

    current: str
    keys: dict[str, str]
    next: str | None = None
    next_from: int = 0

    @property
    def signing(self) -> str:
        """The kid that signs now."""
        return self.next if self.next and clock.timestamp() >= self.next_from else self.current

    @property
    def key(self) -> str:
        """The key that signs now."""
        return self.keys[self.signing]

    @property
    def every(self) -> tuple[str, ...]:
        """All keys that verify."""
        return tuple(self.keys.values())


def ring(name: str) -> KeyRing:
    """The ring that the secret of that name holds."""
    return parse(secret(name))


@lru_cache(maxsize=8)
def parse(text: str) -> KeyRing:
    """Raises msgspec.DecodeError for an object that is no ring."""
    if text.startswith("{"):
        return msgspec.json.decode(text, type=KeyRing)
    return KeyRing(FIRST, {FIRST: text})
