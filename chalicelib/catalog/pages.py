"""The public page of a work, and of an author."""

from typing import Any

from chalicelib.accounts import authors
from chalicelib.catalog import cards, ratings, works
from chalicelib.catalog.models import AnyRow
from chalicelib.catalog.shapes import AuthorPage, PublicFile, WorkPage
from chalicelib.core.errors import NotFound


def work(work_id: str) -> WorkPage:
    """The work, its authors' names and its rating, with one query. Raises NotFound unless it is published."""
    rows: dict[str, Any] = {row.row: row for row in AnyRow.query(work_id, AnyRow.row.startswith("work"))}
    row = rows.get("work")
    if row is None or row.state != works.PUBLISHED:
        raise NotFound
    found = works.of(row)
    return WorkPage(
        work=cards.of(row),
        tags=found.tags,
        chapters=found.chapters,
        files=[
            PublicFile(file.file_id, file.name, file.media_type, file.bytes, file.lesson_id) for file in found.files
        ],
        preview=found.preview,
        rating=ratings.of(rows.get("work#rating")),
        updated_at=found.updated_at or "",
    )


def author(author_id: str) -> AuthorPage:
    """Raises NotFound."""
    names = authors.names([author_id])
    if author_id not in names:
        raise NotFound
    return AuthorPage(author_id, names[author_id])
