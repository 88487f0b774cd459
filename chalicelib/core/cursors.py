"""Cursors: where the next page begins, opaque, signed, and bound to the route and filters that they came from."""

import base64
import binascii
import hashlib
import hmac
from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.core.errors import BadRequest
from chalicelib.core.keyrings import ring

KEYS = "cursor-key"
_MAC_BYTES = 16
T = TypeVar("T")


class BadCursor(BadRequest):
    """The cursor is not one that this list gave out."""

    en = "This cursor does not belong to this list: begin again without one."
    zh = "该游标不属于此列表：请不带游标重新开始。"


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Part of a list; ``next_cursor`` fetches the next part, and is null at the end."""

    items: list[T]
    next_cursor: str | None = None


def seal(key: dict[str, Any] | None, *scope: str) -> str | None:
    """The cursor for a store's key, good only for the same scope: the list's name and its filters."""
    if key is None:
        return None
    plain = msgspec.json.encode(key)
    return base64.urlsafe_b64encode(_mac(ring(KEYS).key, plain, scope) + plain).decode().rstrip("=")


def unseal(cursor: str | None, *scope: str) -> dict[str, Any] | None:
    """The store's key that a cursor stands for. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raise BadCursor(field="cursor") from None
    mac, plain = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(key, plain, scope)) for key in ring(KEYS).every):
        raise BadCursor(field="cursor")
    place: dict[str, Any] = msgspec.json.decode(plain)
    return place


def _mac(key: str, plain: bytes, scope: tuple[str, ...]) -> bytes:
    message = "\x1f".join(scope).encode() + b"\x1e" + plain
    return hmac.digest(key.encode(), message, hashlib.sha256)[:_MAC_BYTES]
