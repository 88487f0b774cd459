"""Which model is live: a pointer in S3 that is swapped in one write, and the versions that it went through."""

import msgspec
from msgspec import Struct

from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.recommend import storage

POINTER = "current.json"
REMEMBERED = 20


class NoSuchModel(Exception):
    """The version was never live, or is not there any more."""


class Live(Struct):
    """``version`` is live since ``at``; ``before`` are those that it took the place of, the latest first."""

    version: str
    at: str
    before: list[str] = []


def read(etag: str | None = None) -> tuple[Live | None, str]:
    """The pointer and its ETag; None where there is none, or it still has the ETag that is known."""
    content, found = storage.read(POINTER, etag)
    return (msgspec.json.decode(content, type=Live) if content else None), found


def point_to(version: str, instead_of: str | None) -> None:
    """Make it live in the place of the version that it was compared with. Raises Conflict where another is by now."""
    live, etag = read()
    if (live.version if live else None) != instead_of:
        raise Conflict
    before = [live.version, *live.before][:REMEMBERED] if live else []
    storage.write(POINTER, _said(Live(version, clock.rfc3339(clock.now()), before)), etag)


def roll_back() -> Live:
    """Make the version before live again. Raises NoSuchModel where there is none, and Conflict."""
    live, etag = read()
    if live is None or not live.before:
        raise NoSuchModel
    earlier = Live(live.before[0], clock.rfc3339(clock.now()), live.before[1:])
    storage.write(POINTER, _said(earlier), etag)
    return earlier


def _said(live: Live) -> bytes:
    return msgspec.json.encode(live)
