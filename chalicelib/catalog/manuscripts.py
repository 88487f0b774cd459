"""Manuscripts: works as those see them who make and review them."""

from typing import Any

import msgspec

from chalicelib.catalog import works
from chalicelib.catalog.cards import Author
from chalicelib.catalog.models import DraftRow, FileRow, MemberRow, VersionRow, WorkRow, file_row
from chalicelib.catalog.shapes import (
    DraftFile,
    DraftView,
    ListQuery,
    ManuscriptCard,
    ManuscriptView,
    VersionView,
)
from chalicelib.catalog.works import Chapter, FileRef
from chalicelib.core import clock, cursors
from chalicelib.core.actors import Actor, Role
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.tables import batch_get, page


class NotTheOwner(Forbidden):
    """A co-author sees the work; its owner changes it."""

    en = "Only the author who owns this work may change it."
    zh = "只有该作品的所有者才能修改。"


def rows(work_id: str) -> tuple[WorkRow, DraftRow | None]:
    """The work and its draft, as of this moment, in one call. Raises NotFound."""
    work, draft = batch_get([works.key(work_id), (DraftRow, work_id, "draft")], consistent=True)
    if work is None:
        raise NotFound
    return work, draft


def owned(actor: Actor, work_id: str) -> tuple[WorkRow, DraftRow | None]:
    """Raises NotFound where it is none of theirs, NotTheOwner where they have but a share."""
    work, draft = rows(work_id)
    if not is_member(actor, work, draft):
        raise NotFound
    if work.owner_id != actor.party_id:
        raise NotTheOwner
    return work, draft


def is_member(actor: Actor, work: WorkRow, draft: DraftRow | None) -> bool:
    """The owner, or somebody with a share in what is published or drafted."""
    return actor.party_id in {work.owner_id, *work.shares, *(draft.shares if draft else ())}


def visible(actor: Actor, work_id: str) -> tuple[WorkRow, DraftRow | None]:
    """To its members, to the reviewer who has it in review, and to admins. Raises NotFound for anyone else."""
    work, draft = rows(work_id)
    if not (is_member(actor, work, draft) or _reviews(actor, draft) or actor.has(Role.ADMIN)):
        raise NotFound
    return work, draft


def _reviews(actor: Actor, draft: DraftRow | None) -> bool:
    """What the author writes after the decision is not the reviewer's to read."""
    if draft is None or draft.state not in ("in_review", "approved", "rejected"):
        return False
    return draft.reviewer_id == actor.account_id and actor.has(Role.REVIEWER)


def read(actor: Actor, work_id: str) -> tuple[ManuscriptView, str]:
    """The manuscript and its entity tag. Two calls to the store. Raises NotFound."""
    work, draft = visible(actor, work_id)
    view = ManuscriptView(
        work_id=work.work_id,
        owner_id=work.owner_id,
        kind=work.kind,
        state=work.state,
        version=work.version,
        taken_down=work.taken_down,
        authors=msgspec.convert(work.authors, list[Author]),
        draft=_draft_view(draft) if draft else None,
        created_at=clock.rfc3339(work.created_at),
        published_at=clock.rfc3339(work.published_at) if work.published_at else None,
    )
    return view, tag(work, draft)


def file(actor: Actor, work_id: str, file_id: str) -> FileRef:
    """A file of the draft or of what is published, to whoever sees the manuscript. Raises NotFound."""
    visible(actor, work_id)
    try:
        return file_ref(FileRow.get(work_id, file_row(file_id)))
    except FileRow.DoesNotExist:
        raise NotFound from None


def tag(work: WorkRow, draft: DraftRow | None) -> str:
    """Differs whenever the manuscript does (a strong entity tag, RFC 9110, section 8.8.3)."""
    return f'"{work.revision}.{draft.number}.{draft.revision}"' if draft else f'"{work.revision}"'


def files_of(draft: DraftRow) -> list[FileRow]:
    """The draft's files: lesson by lesson, then in the order they came. One call."""
    kept = draft.file_ids or set()
    found = [row for row in FileRow.query(draft.work_id, FileRow.row.startswith("file#")) if row.file_id in kept]
    lessons = [lesson["lesson_id"] for chapter in draft.chapters for lesson in chapter["lessons"]]
    places = {lesson_id: place for place, lesson_id in enumerate(lessons)}
    return sorted(found, key=lambda row: (places.get(row.lesson_id or "", -1), row.added_at, row.file_id))


def file_ref(row: FileRow) -> FileRef:
    return msgspec.convert(row, FileRef, from_attributes=True)


def mine(actor: Actor, query: ListQuery) -> Page[ManuscriptCard]:
    """All that the account owns or shares, newest first. Two calls, however many."""
    scope = ("manuscripts", actor.party_id)
    found, last = page(
        MemberRow.by_member.query(
            actor.party_id,
            scan_index_forward=False,
            limit=query.limit,
            last_evaluated_key=cursors.unseal(query.cursor, *scope),
        )
    )
    keys = [key for row in found for key in (works.key(row.work_id), (DraftRow, row.work_id, "draft"))]
    held = batch_get(keys) if keys else []
    cards = [_card(work, draft) for work, draft in zip(held[::2], held[1::2], strict=True) if work]
    return Page(cards, cursors.seal(last, *scope))


def versions(actor: Actor, work_id: str, query: ListQuery) -> Page[VersionView]:
    """What was published so far, newest first. Raises NotFound."""
    visible(actor, work_id)
    found, last = page(
        VersionRow.query(
            work_id,
            VersionRow.row.startswith("version#"),
            scan_index_forward=False,
            limit=query.limit,
            last_evaluated_key=cursors.unseal(query.cursor, "versions", work_id),
        )
    )
    views = [VersionView(row.version, row.content["title"], clock.rfc3339(row.published_at)) for row in found]
    return Page(views, cursors.seal(last, "versions", work_id))


def _card(work: WorkRow, draft: DraftRow | None) -> ManuscriptCard:
    changed_at = draft.changed_at if draft else work.updated_at or work.created_at
    return ManuscriptCard(
        work_id=work.work_id,
        kind=work.kind,
        title=draft.title if draft else work.title,
        state=work.state,
        version=work.version,
        draft_state=draft.state if draft else None,
        changed_at=clock.rfc3339(changed_at),
    )


def _draft_view(draft: DraftRow) -> DraftView:
    return DraftView(
        number=draft.number,
        state=draft.state,
        title=draft.title,
        summary=draft.summary,
        language=draft.language,
        prices=draft.prices,
        subjects=[str(subject) for subject in draft.subjects],
        tags=[str(name) for name in draft.tags],
        shares=draft.shares,
        chapters=msgspec.convert(draft.chapters, list[Chapter]),
        files=[_file_view(row) for row in files_of(draft)],
        reasons=draft.reasons,
        reviewer_id=draft.reviewer_id,
        submitted_at=clock.rfc3339(draft.submitted_at) if draft.submitted_at else None,
        changed_at=clock.rfc3339(draft.changed_at),
    )


def _file_view(row: FileRow) -> DraftFile:
    facts: dict[str, Any] = {
        name: getattr(row, name) for name in DraftFile.__struct_fields__ if name != "has_rendition"
    }
    return DraftFile(has_rendition=row.rendition is not None, **facts)
