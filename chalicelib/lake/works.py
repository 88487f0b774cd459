"""The works that readers' events are about, as the catalogue knows them when it is asked: no order of facts matters."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from chalicelib.catalog import works as catalogue
from chalicelib.core import tables
from chalicelib.core.pseudonyms import reader_of
from chalicelib.lake import bucket, packing
from chalicelib.lake.shapes import Work

KEY = "works/works.jsonl.gz"
AT_ONCE = 100


class _Named(Struct):
    work_id: str


def renew(work_ids: Iterable[str]) -> None:
    """Bring the lines of these works up to what is published of them. Raises Conflict."""
    if wanted := sorted(set(work_ids)):
        bucket.rewrite(KEY, lambda data: _renewed(data, wanted))


def _renewed(data: bytes | None, wanted: list[str]) -> bytes:
    lines = {msgspec.json.decode(line, type=_Named).work_id: line for line in (packing.unpack(data) if data else ())}
    lines |= {work.work_id: msgspec.json.encode(work) for work in published(wanted)}
    return packing.pack(line for _, line in sorted(lines.items())) if lines else b""


def published(work_ids: list[str]) -> Iterator[Work]:
    """Those of these works that were published once, as the catalogue knows them now."""
    for start in range(0, len(work_ids), AT_ONCE):
        keys = [catalogue.key(work_id) for work_id in work_ids[start : start + AT_ONCE]]
        rows = tables.batch_get(keys, consistent=True)
        yield from (_told(catalogue.of(row)) for row in rows if row and row.version)


def _told(work: catalogue.Work) -> Work:
    return Work(
        work_id=work.work_id,
        title=work.title,
        summary=work.summary,
        language=work.language,
        kind=work.kind,
        subjects=work.subjects,
        authors=[author.name for author in work.authors],
        author_readers=[reader_of(author.author_id) for author in work.authors],
        published_at=work.published_at,
        withdrawn=work.state == catalogue.WITHDRAWN,
    )
