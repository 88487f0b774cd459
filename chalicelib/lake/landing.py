"""Where batches land until they are merged: one object each, named for what is in it, so that a batch that comes again
lands on itself."""

import gzip
import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from chalicelib.lake import bucket
from chalicelib.lake.shapes import Landed

PREFIX = "landing/"
PORTION_BYTES = 8 * 1024 * 1024
"""Compressed: some 150,000 events, which take 100 MB while they are merged."""


def land(batch: list[Landed]) -> None:
    """Keep what these say in one object, in whatever order they say it. Of nothing, nothing."""
    together = join(batch)
    if together != Landed():
        text = msgspec.json.encode(together)
        bucket.put(f"{PREFIX}{hashlib.sha256(text).hexdigest()}.json.gz", gzip.compress(text, mtime=0))


def portions() -> Iterator[list[str]]:
    """The keys of all that lies here now, as many at a time as are merged at once."""
    portion, size = list[str](), 0
    for each in list(bucket.listed(PREFIX)):
        if portion and size + each.bytes > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(each.key)
        size += each.bytes
    if portion:
        yield portion


def read(key: str) -> Landed:
    """Nothing where somebody else has merged it meanwhile. Raises MsgspecError, gzip.BadGzipFile, EOFError,
    zlib.error."""
    stored = bucket.read(key)
    return msgspec.json.decode(gzip.decompress(stored.data), type=Landed) if stored else Landed()


def join(batch: Iterable[Landed]) -> Landed:
    """All that they say, once and in order."""
    parts = list(batch)
    return Landed(
        events=sorted({each for part in parts for each in part.events}, key=msgspec.json.encode),
        erasures=sorted({each for part in parts for each in part.erasures}, key=msgspec.json.encode),
        works=sorted({each for part in parts for each in part.works}),
    )
