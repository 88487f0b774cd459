"""Reviews over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, no_content, ok, route
from chalicelib.reviews import hiding, reading, writing
from chalicelib.reviews.shapes import (
    Hiding,
    ModeratedReview,
    NewReview,
    OwnReview,
    ReviewsQuery,
    ReviewView,
    own,
)
from chalicelib.reviews.writing import ReviewNeedsAccess, ReviewOfOwnWork

routes = Blueprint(__name__)


@route(
    routes,
    "PUT",
    "/v1/works/{work_id}/reviews/mine",
    who=Who.READER,
    body=NewReview,
    answers={200: OwnReview},
    refuses=(ReviewNeedsAccess, ReviewOfOwnWork),
)
def write_review(actor: Actor, work_id: str, body: NewReview) -> Answer:
    """Review a work that I have, or replace my review of it."""
    return ok(own(writing.write(actor, work_id, body)))


@route(
    routes,
    "DELETE",
    "/v1/works/{work_id}/reviews/mine",
    who=Who.READER,
    answers={204: None},
    refuses=(NotFound,),
)
def delete_review(actor: Actor, work_id: str) -> Answer:
    """Delete my review of a work."""
    writing.delete(actor, work_id)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/works/{work_id}/reviews",
    who=Who.ANYONE,
    query=ReviewsQuery,
    answers={200: Page[ReviewView]},
    refuses=(BadCursor,),
    public_seconds=60,
)
def read_reviews(work_id: str, query: ReviewsQuery) -> Answer:
    """The reviews of a work, the latest first."""
    return ok(reading.of_work(work_id, query))


@route(
    routes,
    "GET",
    "/v1/me/reviews",
    who=Who.READER,
    query=ReviewsQuery,
    answers={200: Page[OwnReview]},
    refuses=(BadCursor,),
)
def read_my_reviews(actor: Actor, query: ReviewsQuery) -> Answer:
    """My reviews, the latest first."""
    return ok(reading.of_account(actor, query))


@route(
    routes,
    "GET",
    "/v1/moderation/works/{work_id}/reviews",
    who=Who.REVIEWER,
    query=ReviewsQuery,
    answers={200: Page[ModeratedReview]},
    refuses=(BadCursor,),
)
def read_reviews_to_moderate(work_id: str, query: ReviewsQuery) -> Answer:
    """All reviews of a work, hidden ones among them, to reviewers."""
    return ok(reading.for_moderation(work_id, query))


@route(
    routes,
    "PUT",
    "/v1/works/{work_id}/reviews/{review_id}/hiding",
    who=Who.REVIEWER,
    body=Hiding,
    answers={204: None},
    refuses=(NotFound,),
)
def hide_review(actor: Actor, work_id: str, review_id: str, body: Hiding) -> Answer:
    """Hide a review: nobody sees it, and it is not counted."""
    hiding.hide(actor, work_id, review_id, body.reason)
    return no_content()


@route(
    routes,
    "DELETE",
    "/v1/works/{work_id}/reviews/{review_id}/hiding",
    who=Who.REVIEWER,
    answers={204: None},
    refuses=(NotFound,),
)
def show_review(actor: Actor, work_id: str, review_id: str) -> Answer:
    """Show a hidden review again."""
    hiding.show(actor, work_id, review_id)
    return no_content()
