"""Publication: an approved draft becomes what everyone sees, on all its shelves at once; and how a work leaves them."""

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.audit import trail
from chalicelib.catalog import cards, manuscripts, terms
from chalicelib.catalog.models import DraftRow, MemberRow, VersionRow, WorkRow, member_row, version_row
from chalicelib.catalog.works import PUBLISHED, WITHDRAWN
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, all_or_nothing

_SAID = ("title", "summary", "language", "prices", "subjects", "tags", "shares", "chapters")


class NotApproved(Conflict):
    """Only an approved draft can be published."""

    en = "Only an approved draft can be published."
    zh = "只有审核通过的草稿才能发布。"


class TakenDown(Conflict):
    """The work was taken down, and stays so."""

    en = "This work was taken down."
    zh = "该作品已被下架。"


class NotPublished(Conflict):
    """There is nothing to withdraw."""

    en = "This work is not published."
    zh = "该作品尚未发布或已撤回。"


def publish(actor: Actor, work_id: str) -> None:
    """Put the approved draft in the place of what was published. At most 73 writes, in one transaction.

    Raises NotFound, NotTheOwner, NotApproved, TakenDown, CoAuthorUnknown.
    """
    work, draft = manuscripts.owned(actor, work_id)
    if work.taken_down:
        raise TakenDown
    if draft is None or draft.state != "approved":
        raise NotApproved
    now = clock.now()
    following = _following(work, draft, now)
    with all_or_nothing() as tx:
        tx.put(following, WorkRow.revision == work.revision)
        approved = (DraftRow.revision == draft.revision) & (DraftRow.state == "approved")
        tx.delete(DraftRow(work_id), approved, NotApproved())
        tx.insert(_version(following, draft, now))
        cards.clear(tx, work, following)
        cards.place(tx, following)
        _dismiss(tx, work, following)
        trail.write(tx, actor, "work.published", work_id, version=following.version)


def withdraw(actor: Actor, work_id: str, reason: str) -> None:
    """Off the shelves; who bought it may go on reading. Raises NotFound, NotTheOwner, NotPublished."""
    work, _ = manuscripts.owned(actor, work_id)
    if work.state != PUBLISHED:
        raise NotPublished
    with all_or_nothing() as tx:
        _leave(tx, work, [])
        trail.write(tx, actor, "work.withdrawn", work_id, version=work.version, reason=reason)


def take_down(admin: Actor, work_id: str, reason: str) -> None:
    """Off the shelves and out of every reader's hands, for good. Raises NotFound, TakenDown, NotPublished."""
    work, _ = manuscripts.rows(work_id)
    if work.taken_down:
        raise TakenDown
    if work.version == 0:
        raise NotPublished
    with all_or_nothing() as tx:
        _leave(tx, work, [WorkRow.taken_down.set(True)])
        trail.write(tx, admin, "work.taken_down", work_id, version=work.version, reason=reason)


def _leave(tx: Transaction, work: WorkRow, actions: list[Any]) -> None:
    gone = [*actions, WorkRow.state.set(WITHDRAWN), WorkRow.revision.add(1)]
    tx.update(WorkRow(work.work_id), gone, WorkRow.revision == work.revision)
    cards.clear(tx, work)


def _following(work: WorkRow, draft: DraftRow, now: datetime) -> WorkRow:
    """The work as it will be. It keeps the moment of its first publication, so that no edit moves it up a shelf."""
    found = manuscripts.files_of(draft)
    return WorkRow(
        work.work_id,
        owner_id=work.owner_id,
        kind=work.kind,
        state=PUBLISHED,
        version=draft.number,
        revision=work.revision + 1,
        authors=terms.authors_of(draft.shares),
        files=msgspec.to_builtins([manuscripts.file_ref(row) for row in found]),
        preview=next((row.preview for row in found if row.preview), ""),
        created_at=work.created_at,
        published_at=work.published_at or now,
        updated_at=now,
        **{name: getattr(draft, name) for name in _SAID},
    )


def _version(work: WorkRow, draft: DraftRow, now: datetime) -> VersionRow:
    content = {name: getattr(work, name) for name in (*_SAID, "authors", "files")}
    return VersionRow(
        work.work_id,
        version_row(work.version),
        version=work.version,
        content=content,
        reviewer_id=draft.reviewer_id,
        published_at=now,
    )


def _dismiss(tx: Transaction, work: WorkRow, following: WorkRow) -> None:
    """Who had a share in the version before, and has none now, leaves the members."""
    for account_id in work.shares.keys() - following.shares.keys() - {work.owner_id}:
        tx.delete(MemberRow(work.work_id, member_row(account_id)))
