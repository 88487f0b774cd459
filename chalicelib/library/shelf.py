"""My library: the works that an account may read, one page at a time."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.cards import Card
from chalicelib.core import clock, cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.library import access, passes
from chalicelib.library.access import Holding
from chalicelib.library.models import HoldingRow


class LibraryQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class OwnedFile(Struct):
    file_id: str
    name: str
    media_type: str
    bytes: int
    lesson_id: str | None


class OwnedWork(Struct):
    """A work in my library. ``bought``: by an order; else it is my own. ``taken_down``: it cannot be read any more."""

    work: Card | None
    work_id: str
    version: int
    bought: bool
    taken_down: bool
    granted_at: str | None
    files: list[OwnedFile]


class MyPass(Struct):
    """From when until when I may read all that an author publishes alone."""

    author_id: str
    starts_at: str
    ends_at: str


def my_passes(reader: Actor) -> list[MyPass]:
    """What runs or will, the first to end first. One read."""
    now = clock.rfc3339(clock.now())
    found = [
        MyPass(author_id, period.starts, period.ends)
        for author_id, periods in passes.read(reader.party_id).periods.items()
        for source, period in periods.items()
        if now < period.ends and not source.startswith(passes.GRACE)
    ]
    return sorted(found, key=lambda mine: (mine.ends_at, mine.author_id))


def page(reader: Actor, query: LibraryQuery) -> Page[OwnedWork]:
    """One query. Raises BadCursor."""
    results = HoldingRow.query(
        reader.party_id,
        filter_condition=HoldingRow.sources.exists(),
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, "library", reader.party_id),
    )
    rows, last = tables.page(results)
    return Page([_owned(access.of(row)) for row in rows], cursors.seal(last, "library", reader.party_id))


def _owned(holding: Holding) -> OwnedWork:
    return OwnedWork(
        work=holding.card,
        work_id=holding.work_id,
        version=holding.version,
        bought=bool(holding.sources - {access.AUTHOR}),
        taken_down=holding.taken_down,
        granted_at=holding.granted_at,
        files=[
            OwnedFile(file.file_id, file.name, file.media_type, file.bytes, file.lesson_id) for file in holding.files
        ],
    )
