"""Hiding a review that breaks the rules: nobody sees it, and it is not counted, however often it is written anew."""

from typing import Any

from chalicelib.audit import trail
from chalicelib.core import clock, ids
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.reviews.models import Review


def hide(reviewer: Actor, work_id: str, review_id: str, reason: str) -> None:
    """Raises NotFound."""
    actions = [Review.hidden_at.set(clock.now()), Review.hidden_for.set(reason), Review.shown_at.remove()]
    _change(reviewer, work_id, review_id, "review.hidden", actions, Review.rating.exists())


def show(reviewer: Actor, work_id: str, review_id: str) -> None:
    """Show a hidden review again. Raises NotFound."""
    actions = [Review.hidden_at.remove(), Review.hidden_for.remove(), Review.shown_at.set(Review.written_at)]
    _change(reviewer, work_id, review_id, "review.shown", actions, Review.rating.exists() & Review.hidden_at.exists())


def _change(reviewer: Actor, work_id: str, review_id: str, deed: str, actions: list[Any], condition: Any) -> None:
    with all_or_nothing() as tx:
        tx.update(Review(work_id, review_id), [*actions, Review.revision.set(ids.new())], condition, NotFound())
        trail.write(tx, reviewer, deed, review_id, work_id=work_id)
