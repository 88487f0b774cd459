"""Review: an author submits a draft, a reviewer who has no part in it claims it and decides."""

from datetime import timedelta
from typing import Any

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.catalog import manuscripts, terms
from chalicelib.catalog.models import DraftRow
from chalicelib.catalog.shapes import Decision, Kind, ListQuery, SubmissionCard
from chalicelib.core import clock, cursors
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, Forbidden, Unprocessable
from chalicelib.core.tables import page
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.core.validation import FieldInvalid

QUEUE = "waiting"
CLAIM_KEPT = timedelta(days=3)
"""After that another reviewer may take the submission over."""


class NotSubmittable(Conflict):
    """Only a draft, or a rejected one, can be submitted."""

    en = "There is no draft to submit: it was submitted already, approved, or never begun."
    zh = "没有可提交的草稿：稿件已提交、已通过审核或尚未创建。"


class PriceMissing(Unprocessable):
    """Nobody could buy the work."""

    en = "Set a price in at least one currency before submitting; 0 makes the work free."
    zh = "提交前请至少设置一种币种的价格；价格为 0 表示免费。"


class ContentMissing(Unprocessable):
    """The work is empty."""

    en = "Upload at least one file before submitting, and wait until it is accepted."
    zh = "提交前请至少上传一个文件，并等待其通过检查。"


class LessonsMissing(Unprocessable):
    """A course without lessons, or a lesson without a file."""

    en = "A course needs lessons, and each lesson an accepted file. Without one: {lessons}."
    zh = "课程需要包含课时，且每个课时都要有已通过检查的文件。缺少文件的课时：{lessons}。"


class OwnManuscript(Forbidden):
    """Authors and co-authors do not review their own work."""

    en = "You have a part in this work: somebody else must review it."
    zh = "您参与了该作品，必须由其他人审核。"


class NotClaimable(Conflict):
    """It is not waiting: nobody submitted it, or another reviewer has it."""

    en = "This is not waiting for a reviewer: another has claimed it, or it is not submitted."
    zh = "该稿件不在待审核状态：已被其他审核人认领，或尚未提交。"


class NotInYourReview(Conflict):
    """Only the reviewer who claimed a submission decides on it, and once."""

    en = "You have not claimed this submission, or it is decided already."
    zh = "您没有认领该稿件，或该稿件已有审核结果。"


def submit(actor: Actor, work_id: str) -> None:
    """Raises NotFound, NotTheOwner, NotSubmittable, PriceMissing, ContentMissing, LessonsMissing, CoAuthorUnknown."""
    _, draft = manuscripts.owned(actor, work_id)
    if draft is None or draft.state not in ("draft", "rejected"):
        raise NotSubmittable
    _must_be_whole(draft)
    actions = [
        DraftRow.state.set("submitted"),
        DraftRow.review_queue.set(QUEUE),
        DraftRow.submitted_at.set(clock.now()),
        DraftRow.reviewer_id.remove(),
        DraftRow.claimed_at.remove(),
    ]
    with all_or_nothing() as tx:
        _move(tx, draft, actions, DraftRow.state.is_in("draft", "rejected"), NotSubmittable())
        trail.write(tx, actor, "draft.submitted", work_id, number=draft.number)


def claim(reviewer: Actor, work_id: str) -> None:
    """Take a submission into review. Raises NotFound, OwnManuscript, NotClaimable."""
    work, draft = manuscripts.rows(work_id)
    if manuscripts.is_member(reviewer, work, draft):
        raise OwnManuscript
    if draft is None:
        raise NotClaimable
    stale = (DraftRow.state == "in_review") & (DraftRow.claimed_at < clock.now() - CLAIM_KEPT)
    actions = [
        DraftRow.state.set("in_review"),
        DraftRow.reviewer_id.set(reviewer.account_id),
        DraftRow.claimed_at.set(clock.now()),
    ]
    with all_or_nothing() as tx:
        _move(tx, draft, actions, (DraftRow.state == "submitted") | stale, NotClaimable())
        trail.write(tx, reviewer, "draft.claimed", work_id, number=draft.number)


def decide(reviewer: Actor, work_id: str, decision: Decision) -> None:
    """Approve or reject, and write to the owner. Raises NotFound, OwnManuscript, NotInYourReview, FieldInvalid."""
    if decision.verdict == "rejected" and not any(reason.strip() for reason in decision.reasons):
        raise FieldInvalid("reasons", "must say why", "必须说明原因")
    work, draft = manuscripts.rows(work_id)
    if manuscripts.is_member(reviewer, work, draft):
        raise OwnManuscript
    if draft is None:
        raise NotInYourReview
    actions = [
        DraftRow.state.set(decision.verdict),
        DraftRow.reasons.set(decision.reasons),
        DraftRow.review_queue.remove(),
    ]
    theirs = (DraftRow.state == "in_review") & (DraftRow.reviewer_id == reviewer.account_id)
    with all_or_nothing() as tx:
        _move(tx, draft, actions, theirs, NotInYourReview())
        trail.write(tx, reviewer, f"draft.{decision.verdict}", work_id, number=draft.number)
        _tell_owner(tx, draft, decision)


def waiting(query: ListQuery) -> Page[SubmissionCard]:
    """What waits for a reviewer or is in review, the oldest first. One call."""
    found, last = page(
        DraftRow.by_review_queue.query(
            QUEUE, limit=query.limit, last_evaluated_key=cursors.unseal(query.cursor, "review-queue")
        )
    )
    return Page([_card(draft) for draft in found], cursors.seal(last, "review-queue"))


def _must_be_whole(draft: DraftRow) -> None:
    if not draft.prices:
        raise PriceMissing(field="prices")
    terms.authors_of(draft.shares)
    files = manuscripts.files_of(draft)
    if draft.kind == Kind.COURSE:
        filled = {row.lesson_id for row in files}
        lessons = [lesson for chapter in draft.chapters for lesson in chapter["lessons"]]
        empty = [lesson["title"] for lesson in lessons if lesson["lesson_id"] not in filled]
        if empty or not lessons:
            raise LessonsMissing(field="chapters", lessons="; ".join(empty[:5]) or "–")
    if not files:
        raise ContentMissing


def _move(tx: Transaction, draft: DraftRow, actions: list[Any], condition: Any, refusal: Conflict) -> None:
    """To another state, if the draft is the one that was read and its state allows it."""
    same = (DraftRow.number == draft.number) & (DraftRow.revision == draft.revision)
    tx.update(DraftRow(draft.work_id), [*actions, DraftRow.revision.add(1)], same & condition, refusal)


def _tell_owner(tx: Transaction, draft: DraftRow, decision: Decision) -> None:
    reasons = "\n".join(f"- {reason}" for reason in decision.reasons)
    mailing.send(tx, f"work_{decision.verdict}", draft.owner_id, title=draft.title, reasons=reasons)


def _card(draft: DraftRow) -> SubmissionCard:
    return SubmissionCard(
        work_id=draft.work_id,
        number=draft.number,
        kind=draft.kind,
        title=draft.title,
        summary=draft.summary,
        language=draft.language,
        owner_id=draft.owner_id,
        state=draft.state,
        reviewer_id=draft.reviewer_id,
        submitted_at=clock.rfc3339(draft.submitted_at) if draft.submitted_at else "",
    )
