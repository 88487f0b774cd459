"""The only source of time, movable on the local platform.

``LYCEUM_CLOCK_FILE`` names a file that holds one little-endian float64: the seconds added to real time.
Every process of the local platform reads the same file, so one write moves them all. Unset, as when
deployed, time is real time.
"""

import os
import struct
import time
from datetime import UTC, datetime
from functools import cache

_OFFSET = struct.Struct("<d")


def timestamp() -> float:
    """Seconds since 1970-01-01 UTC."""
    return time.time() + _offset()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def ticks() -> float:
    """Seconds on a clock that nothing moves, to measure how long something took."""
    return time.perf_counter()


def rfc3339(moment: datetime) -> str:
    """``2026-11-24T08:30:00.125Z``: UTC, milliseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def of(seconds: int) -> datetime:
    """The moment so many seconds after 1970 began, as providers tell it."""
    return datetime.fromtimestamp(seconds, UTC)


def parse(text: str) -> datetime:
    """The moment that an RFC 3339 text names. Raises ValueError."""
    return datetime.fromisoformat(text)


def move(offset_seconds: float) -> None:
    """Set the shared offset. Only the local platform and tests have a clock file to move."""
    os.pwrite(_opened(os.environ["LYCEUM_CLOCK_FILE"]), _OFFSET.pack(offset_seconds), 0)


def _offset() -> float:
    path = os.environ.get("LYCEUM_CLOCK_FILE")
    return _OFFSET.unpack(os.pread(_opened(path), _OFFSET.size, 0))[0] if path else 0.0


@cache
def _opened(path: str) -> int:
    """A descriptor on the clock file, made with offset 0 where it is missing."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.fstat(descriptor).st_size < _OFFSET.size:
        os.pwrite(descriptor, _OFFSET.pack(0.0), 0)
    return descriptor
