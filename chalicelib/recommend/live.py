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


def read(known: str | None = None) -> tuple[Live | None, str | None]:
    """The pointer and its tag; None and None where there is none, or its tag is the ``known`` one."""
    found = storage.read(POINTER, known=known)
    return (msgspec.json.decode(found.data, type=Live), found.tag) if found else (None, None)


def point_to(version: str, instead_of: str | None) -> None:
    """Make it live in the place of the version that it was compared with. Raises Conflict where another is by now."""
    live, tag = read()
    if (live.version if live else None) != instead_of:
        raise Conflict
    before = [live.version, *live.before][:REMEMBERED] if live else []
    storage.replace(POINTER, _said(Live(version, clock.rfc3339(clock.now()), before)), tag)


def roll_back() -> Live:
    """Make the version before live again. Raises NoSuchModel where there is none, and Conflict."""
    live, tag = read()
    if live is None or not live.before:
        raise NoSuchModel
    earlier = Live(live.before[0], clock.rfc3339(clock.now()), live.before[1:])
    storage.replace(POINTER, _said(earlier), tag)
    return earlier


def _said(live: Live) -> bytes:
    return msgspec.json.encode(live)
