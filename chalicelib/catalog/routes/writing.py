"""What authors write, publish and take back, over HTTP."""

from chalice import Blueprint

from chalicelib.catalog import drafts, manuscripts, publication, review
from chalicelib.catalog.drafts import (
    DraftClosed,
    DraftExists,
    IfMatchMissing,
    NothingPublished,
)
from chalicelib.catalog.manuscripts import NotTheOwner
from chalicelib.catalog.publication import NotApproved, NotPublished, TakenDown
from chalicelib.catalog.review import (
    ContentMissing,
    LessonsMissing,
    NotSubmittable,
    PriceMissing,
)
from chalicelib.catalog.routes import answering
from chalicelib.catalog.shapes import (
    ListQuery,
    ManuscriptCard,
    ManuscriptView,
    NewWork,
    Reason,
    VersionView,
    WorkChange,
)
from chalicelib.catalog.terms import CoAuthorUnknown
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.core.request import Request
from chalicelib.core.web import Answer, created, no_content, ok, route

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/works",
    who=Who.AUTHOR,
    body=NewWork,
    answers={201: ManuscriptView},
    refuses=(CoAuthorUnknown,),
)
def create_work(actor: Actor, body: NewWork) -> Answer:
    """Begin a work, as a draft that only its authors see."""
    work_id = drafts.create(actor, body)
    view, tag = manuscripts.read(actor, work_id)
    answer = created(view, f"/v1/me/manuscripts/{work_id}")
    return answer._replace(headers={**answer.headers, "ETag": tag})


@route(
    routes,
    "GET",
    "/v1/me/manuscripts",
    who=Who.AUTHOR,
    query=ListQuery,
    answers={200: Page[ManuscriptCard]},
    refuses=(BadCursor,),
)
def list_manuscripts(actor: Actor, query: ListQuery) -> Answer:
    """The works that I own or have a share in, published or not, the newest first."""
    return ok(manuscripts.mine(actor, query))


@route(
    routes,
    "GET",
    "/v1/me/manuscripts/{work_id}",
    who=Who.READER,
    answers={200: ManuscriptView},
    refuses=(NotFound,),
    fresh=True,
)
def read_manuscript(actor: Actor, work_id: str) -> Answer:
    """A work with its draft, to its authors and to the reviewer who has claimed it."""
    return answering.manuscript(actor, work_id)


@route(
    routes,
    "GET",
    "/v1/me/manuscripts/{work_id}/versions",
    who=Who.READER,
    query=ListQuery,
    answers={200: Page[VersionView]},
    refuses=(NotFound, BadCursor),
    fresh=True,
)
def list_versions(actor: Actor, work_id: str, query: ListQuery) -> Answer:
    """What was published of a work so far, the newest first."""
    return ok(manuscripts.versions(actor, work_id, query))


@route(
    routes,
    "PATCH",
    "/v1/works/{work_id}",
    who=Who.AUTHOR,
    body=WorkChange,
    answers={200: ManuscriptView},
    refuses=(NotFound, NotTheOwner, IfMatchMissing, PreconditionFailed, DraftClosed, CoAuthorUnknown),
    if_match=True,
)
def edit_draft(actor: Actor, work_id: str, body: WorkChange, request: Request) -> Answer:
    """Change the draft, given its ETag as If-Match. An approved draft is then a draft again."""
    drafts.edit(actor, work_id, request.headers.get("if-match"), body)
    return answering.manuscript(actor, work_id)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/drafts",
    who=Who.AUTHOR,
    answers={201: ManuscriptView},
    refuses=(NotFound, NotTheOwner, DraftExists, NothingPublished, Conflict),
)
def begin_version(actor: Actor, work_id: str) -> Answer:
    """Begin the next version of a published work, which stays as it is until that one is published."""
    drafts.begin_version(actor, work_id)
    return answering.manuscript(actor, work_id, status=201)


@route(
    routes,
    "DELETE",
    "/v1/works/{work_id}/files/{file_id}",
    who=Who.AUTHOR,
    answers={204: None},
    refuses=(NotFound, NotTheOwner, DraftClosed, PreconditionFailed),
)
def detach_file(actor: Actor, work_id: str, file_id: str) -> Answer:
    """Take a file out of the draft."""
    drafts.detach(actor, work_id, file_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/submissions",
    who=Who.AUTHOR,
    answers={201: ManuscriptView},
    refuses=(
        NotFound,
        NotTheOwner,
        NotSubmittable,
        PriceMissing,
        ContentMissing,
        LessonsMissing,
        CoAuthorUnknown,
    ),
)
def submit(actor: Actor, work_id: str) -> Answer:
    """Submit the draft for review."""
    review.submit(actor, work_id)
    return answering.manuscript(actor, work_id, status=201)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/publications",
    who=Who.AUTHOR,
    answers={201: ManuscriptView},
    refuses=(NotFound, NotTheOwner, NotApproved, TakenDown, CoAuthorUnknown, Conflict),
)
def publish(actor: Actor, work_id: str) -> Answer:
    """Publish the approved draft."""
    publication.publish(actor, work_id)
    return answering.manuscript(actor, work_id, status=201)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/withdrawals",
    who=Who.AUTHOR,
    body=Reason,
    answers={201: ManuscriptView},
    refuses=(NotFound, NotTheOwner, NotPublished, Conflict),
)
def withdraw(actor: Actor, work_id: str, body: Reason) -> Answer:
    """Take my work off the shelves. Who bought it may go on reading it."""
    publication.withdraw(actor, work_id, body.reason)
    return answering.manuscript(actor, work_id, status=201)
