"""What the outside may send and sees."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from chalicelib.accounts.shapes import Language, Name
from chalicelib.core import clock
from chalicelib.reviews.models import Review

Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=5000,
        pattern=r"^(?=[\s\S]*\S)[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*(?![\s\S])",
    ),
]


class NewReview(Struct, forbid_unknown_fields=True):
    """``rating`` is 0 to 5, and 0 is one. ``name`` is shown with the review; without it the review is anonymous."""

    rating: Annotated[int, Meta(ge=0, le=5)]
    text: Text | None = None
    language: Language | None = None
    name: Name | None = None


class Hiding(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ReviewsQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class ReviewView(Struct, kw_only=True):
    """A review, to everyone."""

    review_id: str
    work_id: str
    rating: int
    text: str | None
    language: str | None
    name: str | None
    written_at: str


class OwnReview(ReviewView, kw_only=True):
    """A review, to who wrote it. ``hidden_for`` says why nobody else sees it."""

    hidden_for: str | None


class ModeratedReview(OwnReview, kw_only=True):
    """A review, to reviewers."""

    account_id: str


def public(review: Review) -> ReviewView:
    return ReviewView(**_shown(review))


def own(review: Review) -> OwnReview:
    return OwnReview(**_shown(review), hidden_for=review.hidden_for)


def moderated(review: Review) -> ModeratedReview:
    return ModeratedReview(**_shown(review), hidden_for=review.hidden_for, account_id=review.account_id)


def _shown(review: Review) -> dict[str, Any]:
    names = ("review_id", "work_id", "rating", "text", "language", "name")
    return {name: getattr(review, name) for name in names} | {"written_at": clock.rfc3339(review.written_at)}
