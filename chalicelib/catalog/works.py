"""Works as other rooms know them."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.catalog.cards import Author
from chalicelib.catalog.models import AnyRow, FileRow, MemberRow, VersionRow, WorkRow, member_row
from chalicelib.core import clock
from chalicelib.core.errors import NotFound, Refusal
from chalicelib.core.transactions import Transaction

PUBLISHED = "published"
WITHDRAWN = "withdrawn"


class FileRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a work. ``key`` is the original in the content bucket, ``rendition`` its safe HTML where it has one."""

    file_id: str
    name: str
    media_type: str
    bytes: int
    key: str
    rendition: str | None = None
    lesson_id: str | None = None


class Lesson(Struct, frozen=True):
    lesson_id: str
    title: str


class Chapter(Struct, frozen=True):
    title: str
    lessons: list[Lesson]


class Work(Struct, frozen=True, kw_only=True):
    """What is published of a work. ``version`` is 0, and the rest empty, before anything is.

    ``state`` is draft, published or withdrawn; ``prices`` are whole minor units by currency, ``shares`` basis points
    by author that sum to 10,000. A work taken down is withdrawn, and nobody may read it any more.
    """

    work_id: str
    owner_id: str
    kind: str
    state: str
    version: int
    taken_down: bool
    title: str
    summary: str
    language: str
    prices: dict[str, int]
    shares: dict[str, int]
    authors: list[Author]
    subjects: list[str]
    tags: list[str]
    chapters: list[Chapter]
    files: list[FileRef]
    preview: str
    published_at: str | None
    updated_at: str | None


def find(work_id: str) -> Work:
    """As of this moment (a consistent read). Raises NotFound."""
    try:
        return of(WorkRow.get(work_id, "work", consistent_read=True))
    except WorkRow.DoesNotExist:
        raise NotFound from None


def every_file() -> Iterator[FileRef]:
    """The files of all works and of all their versions, drafts' too: for checks, never for a request."""
    for row in AnyRow.scan(consistent_read=True):
        if isinstance(row, FileRow):
            yield _file(row)
        elif isinstance(row, WorkRow):
            yield from msgspec.convert(row.files, list[FileRef])
        elif isinstance(row, VersionRow):
            yield from msgspec.convert(row.content["files"], list[FileRef])


def _file(row: FileRow) -> FileRef:
    names = ("file_id", "name", "media_type", "bytes", "key", "rendition", "lesson_id")
    return FileRef(**{name: getattr(row, name) for name in names})


def key(work_id: str) -> tuple[Any, str, str]:
    """The work's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return WorkRow, work_id, "work"


def of(row: Any) -> Work:
    """The work that a stored row holds."""
    return Work(
        work_id=row.work_id,
        owner_id=row.owner_id,
        kind=row.kind,
        state=row.state,
        version=row.version,
        taken_down=row.taken_down,
        title=row.title,
        summary=row.summary,
        language=row.language,
        prices=row.prices,
        shares=row.shares,
        authors=msgspec.convert(row.authors, list[Author]),
        subjects=[str(subject) for subject in row.subjects],
        tags=[str(tag) for tag in row.tags],
        chapters=msgspec.convert(row.chapters, list[Chapter]),
        files=msgspec.convert(row.files, list[FileRef]),
        preview=row.preview,
        published_at=clock.rfc3339(row.published_at) if row.published_at else None,
        updated_at=clock.rfc3339(row.updated_at) if row.updated_at else None,
    )


def require_published(tx: Transaction, work_id: str, version: int, refusal: Refusal) -> None:
    """Let the transaction through only while this very version is on sale."""
    on_sale = (WorkRow.state == PUBLISHED) & (WorkRow.version == version)
    tx.require(WorkRow, work_id, "work", on_sale, refusal)


def require_standing(tx: Transaction, work_id: str, version: int, refusal: Refusal) -> None:
    """Let the transaction through only while this version is the last, on sale or not, and was not taken down."""
    stands = (WorkRow.taken_down == False) & (WorkRow.version == version)  # noqa: E712
    tx.require(WorkRow, work_id, "work", stands, refusal)


def require_outsider(tx: Transaction, work_id: str, account_id: str, refusal: Refusal) -> None:
    """Let the transaction through only where the account neither owns the work nor has a share in it."""
    tx.require(MemberRow, work_id, member_row(account_id), MemberRow.member_id.does_not_exist(), refusal)
