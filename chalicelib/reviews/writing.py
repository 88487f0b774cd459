"""Writing, replacing and deleting one's review of a work."""

from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.audit import trail
from chalicelib.catalog import works
from chalicelib.core import clock, ids
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.library import access, passes
from chalicelib.library.passes import Passes
from chalicelib.reviews.models import Review, review_id
from chalicelib.reviews.shapes import NewReview


class ReviewNeedsAccess(Forbidden):
    """Only who may read a work may review it."""

    en = "Only readers who have this work can review it."
    zh = "只有拥有该作品的读者才能评价。"


class ReviewOfOwnWork(Forbidden):
    """Nobody reviews what they wrote."""

    en = "You cannot review your own work."
    zh = "您不能评价自己的作品。"


class _Hidden(Conflict):
    """A reviewer has hidden what the account wrote here before."""


def write(actor: Actor, work_id: str, wanted: NewReview) -> Review:
    """Say it, or say it anew. One transaction, and a second where what was there is hidden: then this is, too. Who does
    not have the work may have a pass: one read and a transaction more.

    Raises ReviewNeedsAccess, ReviewOfOwnWork.
    """
    try:
        return _say(actor, work_id, wanted)
    except ReviewNeedsAccess:
        held = passes.opening(actor.party_id, work_id)
        if held is None:
            raise
        return _say(actor, work_id, wanted, held)


def _say(actor: Actor, work_id: str, wanted: NewReview, held: Passes | None = None) -> Review:
    try:
        return _write(actor, work_id, wanted, held, hidden=False)
    except _Hidden:
        written = _write(actor, work_id, wanted, held, hidden=True)
        return Review.get(written.work_id, written.review_id, consistent_read=True)


def delete(actor: Actor, work_id: str) -> None:
    """Take it back. What was said goes at once, and its rating when that is counted. Raises NotFound."""
    row = Review(work_id, review_id(work_id, actor.account_id))
    said = (Review.rating, Review.text, Review.language, Review.name, Review.written_at, Review.shown_at)
    actions = [*(attribute.remove() for attribute in said), Review.revision.set(ids.new())]
    with all_or_nothing() as tx:
        tx.update(row, actions, Review.rating.exists(), NotFound())
        trail.write(tx, actor, "review.deleted", str(row.review_id), work_id=work_id)


def _write(actor: Actor, work_id: str, wanted: NewReview, held: Passes | None, hidden: bool) -> Review:
    said = _said(actor, work_id, wanted, hidden)
    standing = Review.hidden_at.exists() if hidden else Review.hidden_at.does_not_exist()
    with all_or_nothing() as tx:
        if held:
            passes.require(tx, held, ReviewNeedsAccess())
        else:
            access.require(tx, actor.party_id, work_id, ReviewNeedsAccess())
        works.require_outsider(tx, work_id, actor.account_id, ReviewOfOwnWork())
        tx.update(Review(said.work_id, said.review_id), _actions(said, hidden), standing, _Hidden())
        trail.write(tx, actor, "review.written", said.review_id, work_id=work_id, rating=wanted.rating)
    return said


def _said(actor: Actor, work_id: str, wanted: NewReview, hidden: bool) -> Review:
    now = clock.now()
    return Review(
        work_id,
        review_id(work_id, actor.account_id),
        account_id=actor.account_id,
        revision=ids.new(),
        rating=wanted.rating,
        text=wanted.text,
        language=wanted.language,
        name=wanted.name,
        written_at=now,
        shown_at=None if hidden else now,
    )


def _actions(said: Review, hidden: bool) -> list[Action]:
    """Sets what is said and removes what is not; what was counted, and whether it is hidden, stays."""
    names = ("account_id", "revision", "rating", "text", "language", "name", "written_at", "shown_at")
    pairs: list[tuple[Any, Any]] = [(getattr(Review, name), getattr(said, name)) for name in names]
    return [attribute.remove() if value is None else attribute.set(value) for attribute, value in pairs]
