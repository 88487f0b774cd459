"""Counting reviews into their works' ratings, exactly.

A work's aggregate is always the sum of its reviews' ``counted`` marks, for both change in one transaction. Counting
brings one review's mark to what it should be now, whatever fact it was that asked for it; so facts may come twice, late
or in any order, and once the last has come the aggregate is the sum over the reviews that stand.
"""

from chalicelib.catalog import ratings
from chalicelib.core import clock
from chalicelib.core.transactions import all_or_nothing
from chalicelib.reviews.models import Review


def count(work_id: str, review_id: str) -> None:
    """Raises Conflict where the review changed in between: then it is to be counted again."""
    try:
        review = Review.get(work_id, review_id, consistent_read=True)
    except Review.DoesNotExist:
        return
    due = review.rating if review.hidden_at is None else None
    if due != review.counted or _is_over(review):
        _settle(review, due)


def _settle(review: Review, due: int | None) -> None:
    unchanged = (Review.revision == review.revision) & (
        Review.counted.does_not_exist() if review.counted is None else Review.counted == review.counted
    )
    with all_or_nothing() as tx:
        if due != review.counted:
            ratings.count(tx, review.work_id, review.counted, due)
        if _is_over(review):
            tx.delete(review, unchanged)
        else:
            mark = Review.counted.remove() if due is None else Review.counted.set(due)
            tx.update(Review(review.work_id, review.review_id), [mark, Review.counted_at.set(clock.now())], unchanged)


def _is_over(review: Review) -> bool:
    """Deleted, and nobody need remember it."""
    return review.rating is None and review.hidden_at is None
