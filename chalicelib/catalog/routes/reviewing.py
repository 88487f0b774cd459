"""What reviewers decide, and admins take down, over HTTP."""

from chalice import Blueprint

from chalicelib.catalog import publication, review
from chalicelib.catalog.publication import NotPublished, TakenDown
from chalicelib.catalog.review import (
    NotClaimable,
    NotInYourReview,
    OwnManuscript,
)
from chalicelib.catalog.routes import answering
from chalicelib.catalog.shapes import (
    Decision,
    ListQuery,
    ManuscriptView,
    Reason,
    SubmissionCard,
)
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.web import Answer, ok, route

routes = Blueprint(__name__)


@route(
    routes,
    "GET",
    "/v1/review-queue",
    who=Who.REVIEWER,
    query=ListQuery,
    answers={200: Page[SubmissionCard]},
    refuses=(BadCursor,),
)
def list_submissions(query: ListQuery) -> Answer:
    """What waits for a reviewer or is in review, the oldest first."""
    return ok(review.waiting(query))


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/claims",
    who=Who.REVIEWER,
    answers={201: ManuscriptView},
    refuses=(NotFound, OwnManuscript, NotClaimable),
)
def claim(actor: Actor, work_id: str) -> Answer:
    """Take a submission into review. After three days without a decision another reviewer may."""
    review.claim(actor, work_id)
    return answering.manuscript(actor, work_id, status=201)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/decisions",
    who=Who.REVIEWER,
    body=Decision,
    answers={201: ManuscriptView},
    refuses=(NotFound, OwnManuscript, NotInYourReview),
)
def decide(actor: Actor, work_id: str, body: Decision) -> Answer:
    """Approve or reject the submission that I claimed. The author gets a mail."""
    review.decide(actor, work_id, body)
    return answering.manuscript(actor, work_id, status=201)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/takedowns",
    who=Who.ADMIN,
    body=Reason,
    answers={201: ManuscriptView},
    refuses=(NotFound, TakenDown, NotPublished, Conflict),
)
def take_down(actor: Actor, work_id: str, body: Reason) -> Answer:
    """Take a work off the shelves and out of every reader's hands, for good."""
    publication.take_down(actor, work_id, body.reason)
    return answering.manuscript(actor, work_id, status=201)
