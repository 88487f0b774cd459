"""Lines in gzip, the same bytes for the same lines; and a day's, whose header says which readers may be in it.

A gzip header has room for what its reader skips (RFC 1952, 2.3.1.1). A day has a map there, one bit for each of
262,144 drawers: a reader's is set where the reader is in the day, and one in fifty others' where 5,000 are. So a day
and its map are one object, which changes at once, and whether a reader may be in it is seen from its first bytes.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Iterable, Iterator

DRAWERS = 1 << 18
_LEVEL = 6
_HEADER = struct.Struct("<2sBBIBBH2sH")
"""Magic, deflate, "an extra field follows", no time, no flags, no system; the field's length, its name, its length."""
_NAME = b"LR"
HEADER_BYTES = _HEADER.size + DRAWERS // 8 + 64
"""No header is longer: what cannot be compressed grows by a few bytes."""


def pack(lines: Iterable[bytes]) -> bytes:
    return gzip.compress(b"".join(line + b"\n" for line in lines), _LEVEL, mtime=0)


def unpack(data: bytes) -> Iterator[bytes]:
    """The lines, one after the other. Raises gzip.BadGzipFile, EOFError or zlib.error where the bytes are not whole."""
    with gzip.open(io.BytesIO(data)) as lines:
        for line in lines:
            yield line.rstrip(b"\n")


class Day:
    """A day while it is packed, line by line: memory holds it compressed alone."""

    def __init__(self) -> None:
        self._drawers = bytearray(DRAWERS // 8)
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._parts: list[bytes] = []
        self._sum, self._length = 0, 0

    def add(self, reader: str, line: bytes) -> None:
        drawer = _drawer(reader)
        self._drawers[drawer // 8] |= 1 << drawer % 8
        text = line + b"\n"
        self._sum, self._length = zlib.crc32(text, self._sum), self._length + len(text)
        if part := self._deflate.compress(text):
            self._parts.append(part)

    def packed(self) -> bytes:
        """The whole: header with its map, lines, and the two numbers that end a gzip file."""
        drawers = zlib.compress(bytes(self._drawers), 9)
        length = len(drawers)
        header = _HEADER.pack(b"\x1f\x8b", 8, 4, 0, 0, 255, length + 4, _NAME, length)
        end = struct.pack("<II", self._sum, self._length & 0xFFFFFFFF)
        return b"".join([header, drawers, *self._parts, self._deflate.flush(), end])


def may_hold(first_bytes: bytes, readers: Iterable[str]) -> bool:
    """Whether any of the readers may be in the day that begins so. Where it does not say, anybody may."""
    if len(first_bytes) < _HEADER.size or first_bytes[3] != 4:
        return True
    *_, name, length = _HEADER.unpack_from(first_bytes)
    if name != _NAME:
        return True
    drawers = zlib.decompress(first_bytes[_HEADER.size : _HEADER.size + length])
    return any(drawers[drawer // 8] >> drawer % 8 & 1 for drawer in map(_drawer, readers))


def _drawer(reader: str) -> int:
    return zlib.crc32(reader.encode()) % DRAWERS
