"""Drafts: what an author is at, while what is published stays as it is."""

from typing import Any

from msgspec import UNSET, Struct
from pynamodb.expressions.condition import size

from chalicelib.audit import trail
from chalicelib.catalog import manuscripts, terms
from chalicelib.catalog.models import DraftRow, FileRow, MemberRow, WorkRow, file_row, member_row
from chalicelib.catalog.shapes import MOST_FILES, Kind, NewWork, WorkChange
from chalicelib.catalog.works import PUBLISHED, WITHDRAWN, FileRef
from chalicelib.core import clock, ids
from chalicelib.core.actors import Actor
from chalicelib.core.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.core.validation import FieldInvalid

OPEN = ("draft", "rejected", "approved")
"""The states in which a draft may be changed; changed, it is a draft again."""


class IfMatchMissing(BadRequest):
    """The request changes what others may change too, so it must say which state it has seen."""

    status = 428
    en = "Send the manuscript's ETag as If-Match, so that nobody's change is lost."
    zh = "请在 If-Match 中发送稿件的 ETag，以免覆盖他人的修改。"


class DraftClosed(Conflict):
    """There is no draft to change: it is under review, or there is none."""

    en = "There is no open draft: it is under review, or a new version was not begun."
    zh = "没有可修改的草稿：稿件正在审核，或尚未开始新版本。"


class DraftExists(Conflict):
    """The next version was begun already."""

    en = "The next version was begun already."
    zh = "新版本的草稿已经存在。"


class NothingPublished(Conflict):
    """A new version follows a published one; a work that was taken down stays down."""

    en = "A new version needs a published one, of a work that was not taken down."
    zh = "只有已发布且未被下架的作品才能开始新版本。"


class FileLimitReached(Conflict):
    """The draft holds as many files as a work may have."""

    en = "A work holds at most {limit} files."
    zh = "一个作品最多包含 {limit} 个文件。"


class Finding(Struct, frozen=True, kw_only=True):
    """What ingestion read in a file."""

    title: str
    language: str
    preview: str
    words: int
    pages: int | None


def create(actor: Actor, wanted: NewWork) -> str:
    """Begin a work; its id. Raises FieldInvalid, CoAuthorUnknown."""
    shares: dict[str, int] = dict(wanted.shares) or {actor.party_id: terms.ALL}
    terms.check_prices(wanted.prices)  # type: ignore[arg-type]
    terms.check_subjects(wanted.subjects)
    terms.check_shares(shares)
    work_id, now = ids.new(), clock.now()
    owner: dict[str, Any] = {"owner_id": actor.party_id, "kind": wanted.kind.value}
    draft = DraftRow(
        work_id,
        **owner,
        number=1,
        title=wanted.title,
        summary=wanted.summary,
        language=wanted.language,
        prices=dict(wanted.prices),
        subjects=wanted.subjects,
        tags=wanted.tags,
        shares=shares,
        **_arranged(terms.chapters_of(wanted.kind, wanted.chapters, known=set())),
        changed_at=now,
    )
    with all_or_nothing() as tx:
        tx.insert(WorkRow(work_id, **owner, created_at=now))
        tx.insert(draft)
        for account_id in {actor.party_id, *shares}:
            tx.put(MemberRow(work_id, member_row(account_id), member_id=account_id, joined_at=now))
        trail.write(tx, actor, "work.created", work_id)
    return work_id


def edit(actor: Actor, work_id: str, if_match: str | None, wanted: WorkChange) -> None:
    """Raises NotFound, NotTheOwner, IfMatchMissing, PreconditionFailed, DraftClosed, FieldInvalid, CoAuthorUnknown."""
    work, draft = manuscripts.owned(actor, work_id)
    if if_match is None:
        raise IfMatchMissing
    if if_match != manuscripts.tag(work, draft):
        raise PreconditionFailed
    if draft is None or draft.state not in OPEN:
        raise DraftClosed
    values = _checked(draft, wanted)
    orphans = _orphans(draft, values)
    actions: list[Any] = [_action(name, value) for name, value in values.items()]
    if orphans:
        actions.append(DraftRow.file_ids.delete(orphans))
    with all_or_nothing() as tx:
        _change(tx, draft, actions)
        if "shares" in values:
            _enrol(tx, work, draft, values["shares"])
        trail.write(
            tx, actor, "draft.edited", work_id, number=draft.number, fields=sorted(values.keys() - {"lesson_ids"})
        )
    _forget(work, orphans)


def begin_version(actor: Actor, work_id: str) -> None:
    """Draft the next version, beginning with what is published. Raises DraftExists, NothingPublished."""
    work, draft = manuscripts.owned(actor, work_id)
    if draft is not None:
        raise DraftExists
    if work.state not in (PUBLISHED, WITHDRAWN) or work.taken_down:
        raise NothingPublished
    same = ("owner_id", "kind", "title", "summary", "language", "prices", "subjects", "tags", "shares")
    following = DraftRow(
        work_id,
        number=work.version + 1,
        file_ids={file["file_id"] for file in work.files} or None,
        changed_at=clock.now(),
        **_arranged(work.chapters),
        **{name: getattr(work, name) for name in same},
    )
    unchanged = (WorkRow.version == work.version) & (WorkRow.taken_down == False)  # noqa: E712
    with all_or_nothing() as tx:
        tx.insert(following, DraftExists())
        tx.require(WorkRow, work_id, "work", unchanged)
        trail.write(tx, actor, "draft.begun", work_id, number=following.number)


def expect_file(actor: Actor, work_id: str, lesson_id: str | None) -> DraftRow:
    """The draft that a file is on its way to; in a course it goes to a lesson.

    Raises NotFound, NotTheOwner, DraftClosed, FieldInvalid, FileLimitReached.
    """
    _, draft = manuscripts.owned(actor, work_id)
    if draft is None or draft.state not in OPEN:
        raise DraftClosed
    if draft.kind == Kind.COURSE and lesson_id is None:
        raise FieldInvalid("lesson_id", "is required in a course", "课程中必须填写")
    if lesson_id not in (terms.lesson_ids(draft.chapters) if draft.kind == Kind.COURSE else [None]):
        raise NotFound(field="lesson_id")
    if len(draft.file_ids or ()) >= MOST_FILES:
        raise FileLimitReached(limit=MOST_FILES)
    return draft


def attach(tx: Transaction, work_id: str, number: int, file: FileRef, finding: Finding, refusal: Conflict) -> None:
    """Add an accepted file to the draft of that number, or refuse where it is closed, full, or without its lesson."""
    row = FileRow(
        work_id,
        file_row(file.file_id),
        added_at=clock.now(),
        **{name: getattr(file, name) for name in FileRef.__struct_fields__},
        **{name: getattr(finding, name) for name in Finding.__struct_fields__},
    )
    tx.put(row)
    room = DraftRow.file_ids.does_not_exist() | (size(DraftRow.file_ids) < MOST_FILES)
    if file.lesson_id:
        room &= DraftRow.lesson_ids.contains(file.lesson_id)
    tx.update(
        DraftRow(work_id),
        [DraftRow.file_ids.add({file.file_id}), *_reopened()],
        (DraftRow.number == number) & DraftRow.state.is_in(*OPEN) & room,
        refusal,
    )


def detach(actor: Actor, work_id: str, file_id: str) -> None:
    """Take a file out of the draft; what is published keeps it. Raises NotFound, NotTheOwner, DraftClosed."""
    work, draft = manuscripts.owned(actor, work_id)
    if draft is None or file_id not in (draft.file_ids or ()):
        raise NotFound
    if draft.state not in OPEN:
        raise DraftClosed
    with all_or_nothing() as tx:
        _change(tx, draft, [DraftRow.file_ids.delete({file_id})])
        trail.write(tx, actor, "draft.file_detached", work_id, number=draft.number, file=file_id)
    _forget(work, {file_id})


def _change(tx: Transaction, draft: DraftRow, actions: list[Any]) -> None:
    """Only the very draft that was read, and only while it is open."""
    same = (DraftRow.number == draft.number) & (DraftRow.revision == draft.revision)
    tx.update(
        DraftRow(draft.work_id), [*actions, *_reopened()], same & DraftRow.state.is_in(*OPEN), PreconditionFailed()
    )


def _reopened() -> list[Any]:
    return [DraftRow.state.set("draft"), DraftRow.revision.add(1), DraftRow.changed_at.set(clock.now())]


def _action(name: str, value: Any) -> Any:
    attribute = getattr(DraftRow, name)
    return attribute.remove() if value is None else attribute.set(value)


def _checked(draft: DraftRow, wanted: WorkChange) -> dict[str, Any]:
    values = {name: value for name in wanted.__struct_fields__ if (value := getattr(wanted, name)) is not UNSET}
    if "prices" in values:
        terms.check_prices(values["prices"])
    if "subjects" in values:
        terms.check_subjects(values["subjects"])
    if "shares" in values:
        terms.check_shares(values["shares"])
    if "chapters" in values:
        known = set(terms.lesson_ids(draft.chapters))
        values |= _arranged(terms.chapters_of(draft.kind, values["chapters"], known))
    return values


def _arranged(chapters: list[Any]) -> dict[str, Any]:
    """A draft's chapters, with the set of their lessons' ids, which conditions can ask."""
    return {"chapters": chapters, "lesson_ids": set(terms.lesson_ids(chapters)) or None}


def _orphans(draft: DraftRow, values: dict[str, Any]) -> set[str]:
    """The files of lessons that the change leaves out."""
    if "chapters" not in values or not draft.file_ids:
        return set()
    kept = set(terms.lesson_ids(values["chapters"]))
    return {row.file_id for row in manuscripts.files_of(draft) if row.lesson_id not in kept}


def _forget(work: WorkRow, file_ids: set[str]) -> None:
    """Delete what was found in files that no version refers to; a draft's file is new, or was published just before."""
    published = {file["file_id"] for file in work.files}
    with FileRow.batch_write() as batch:
        for file_id in file_ids - published:
            batch.delete(FileRow(work.work_id, file_row(file_id)))


def _enrol(tx: Transaction, work: WorkRow, draft: DraftRow, shares: dict[str, int]) -> None:
    """Who has a share finds the work among their manuscripts; who has none any more, in neither version, does not."""
    before, after = {work.owner_id, *work.shares, *draft.shares}, {work.owner_id, *work.shares, *shares}
    for account_id in after - before:
        tx.put(MemberRow(work.work_id, member_row(account_id), member_id=account_id, joined_at=clock.now()))
    for account_id in before - after:
        tx.delete(MemberRow(work.work_id, member_row(account_id)))
