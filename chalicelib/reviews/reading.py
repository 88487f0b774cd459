"""Reading reviews: of a work, and one's own."""

from typing import Any

from chalicelib.core import cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.reviews.models import Review, review_id
from chalicelib.reviews.shapes import ModeratedReview, OwnReview, ReviewsQuery, ReviewView, moderated, own, public


def of_work(work_id: str, query: ReviewsQuery) -> Page[ReviewView]:
    """What everyone may see, the latest first. Raises BadCursor."""
    rows, cursor = _page(Review.by_recent.query, work_id, query, "reviews")
    return Page([public(row) for row in rows], cursor)


def of_account(actor: Actor, query: ReviewsQuery) -> Page[OwnReview]:
    """What an account wrote, the latest first. Raises BadCursor."""
    rows, cursor = _page(Review.by_account.query, actor.account_id, query, "my-reviews")
    return Page([own(row) for row in rows], cursor)


def for_moderation(work_id: str, query: ReviewsQuery) -> Page[ModeratedReview]:
    """All of a work, hidden ones among them, in no order. Raises BadCursor."""
    rows, cursor = _page(Review.query, work_id, query, "moderated-reviews", Review.rating.exists())
    return Page([moderated(row) for row in rows], cursor)


def key(work_id: str, account_id: str) -> tuple[Any, str, str]:
    """The review's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return Review, work_id, review_id(work_id, account_id)


def of(row: Review | None) -> OwnReview | None:
    """The review that a stored row is, if it was not deleted."""
    return None if row is None or row.rating is None else own(row)


def _page(
    find: Any, about: str, query: ReviewsQuery, list_name: str, condition: Any = None
) -> tuple[list[Review], str | None]:
    results = find(
        about,
        filter_condition=condition,
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, list_name, about),
    )
    rows, last = tables.page(results)
    return rows, cursors.seal(last, list_name, about)
