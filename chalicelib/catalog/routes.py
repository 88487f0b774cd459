"""The catalogue over HTTP: what everyone sees, what authors write, what reviewers decide."""

from chalice import Blueprint

from chalicelib.catalog import bundles, drafts, manuscripts, pages, passes, publication, review, shelves
from chalicelib.catalog.cards import Card
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
    NotClaimable,
    NotInYourReview,
    NotSubmittable,
    OwnManuscript,
    PriceMissing,
)
from chalicelib.catalog.shapes import (
    AuthorPage,
    BundleCard,
    BundleChange,
    BundlePage,
    Decision,
    ListQuery,
    ManuscriptCard,
    ManuscriptView,
    NewBundle,
    NewPass,
    NewWork,
    PassCard,
    Reason,
    ShelfQuery,
    SubjectView,
    SubmissionCard,
    VersionView,
    WorkChange,
    WorkPage,
)
from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.catalog.terms import CoAuthorUnknown
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.core.request import Request
from chalicelib.core.web import Answer, created, no_content, ok, route

routes = Blueprint(__name__)

MINUTE = 60
DAY = 24 * 3600


@route(routes, "GET", "/v1/subjects", who=Who.ANYONE, answers={200: list[SubjectView]}, public_seconds=DAY)
def list_subjects() -> Answer:
    """The subjects that works are about, in both languages."""
    return ok([SubjectView(each.slug, {"en": each.en, "zh": each.zh}, each.parent) for each in SUBJECTS.values()])


@route(
    routes,
    "GET",
    "/v1/works",
    who=Who.ANYONE,
    query=ShelfQuery,
    answers={200: Page[Card]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def browse(query: ShelfQuery) -> Answer:
    """Published works, the newest first: all, on one subject's shelf, or of one author."""
    return ok(shelves.browse(query))


@route(
    routes,
    "GET",
    "/v1/works/{work_id}",
    who=Who.ANYONE,
    answers={200: WorkPage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_work(work_id: str) -> Answer:
    """A published work: what it is, what it costs, how it is rated, and a free preview."""
    return ok(pages.work(work_id))


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}",
    who=Who.ANYONE,
    answers={200: AuthorPage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_author(author_id: str) -> Answer:
    """An author, by name. Their works are at /v1/works?author=…"""
    return ok(pages.author(author_id))


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
    return _manuscript(actor, work_id)


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
    return _manuscript(actor, work_id)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


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
    return _manuscript(actor, work_id, status=201)


@route(routes, "POST", "/v1/bundles", who=Who.AUTHOR, body=NewBundle, answers={201: BundleCard})
def create_bundle(actor: Actor, body: NewBundle) -> Answer:
    """Sell several of my published works at one price."""
    bundle = bundles.create(actor, body)
    return created(bundle, f"/v1/bundles/{bundle.bundle_id}")


@route(
    routes,
    "GET",
    "/v1/bundles/{bundle_id}",
    who=Who.ANYONE,
    answers={200: BundlePage},
    refuses=(NotFound,),
    public_seconds=MINUTE,
)
def read_bundle(bundle_id: str) -> Answer:
    """A bundle that is on sale, with its works."""
    return ok(bundles.page(bundle_id))


@route(
    routes,
    "PATCH",
    "/v1/bundles/{bundle_id}",
    who=Who.AUTHOR,
    body=BundleChange,
    answers={200: BundleCard},
    refuses=(NotFound, Conflict),
)
def change_bundle(actor: Actor, bundle_id: str, body: BundleChange) -> Answer:
    """Change my bundle. What was ordered before stays as it was ordered."""
    return ok(bundles.change(actor, bundle_id, body))


@route(
    routes,
    "POST",
    "/v1/bundles/{bundle_id}/withdrawals",
    who=Who.AUTHOR,
    answers={204: None},
    refuses=(NotFound, Conflict),
)
def withdraw_bundle(actor: Actor, bundle_id: str) -> Answer:
    """Take my bundle off sale, for good. Who bought it keeps its works."""
    bundles.withdraw(actor, bundle_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/bundles/{bundle_id}/takedowns",
    who=Who.ADMIN,
    body=Reason,
    answers={204: None},
    refuses=(NotFound, Conflict),
)
def take_down_bundle(actor: Actor, bundle_id: str, body: Reason) -> Answer:
    """Take a bundle off sale, whoever's it is. Its works stay on sale by themselves."""
    bundles.take_down(actor, bundle_id, body.reason)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}/bundles",
    who=Who.ANYONE,
    query=ListQuery,
    answers={200: Page[BundleCard]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def list_bundles(author_id: str, query: ListQuery) -> Answer:
    """The bundles that an author sells, the newest first."""
    return ok(bundles.of_author(author_id, query))


@route(routes, "POST", "/v1/passes", who=Who.AUTHOR, body=NewPass, answers={201: PassCard})
def create_pass(actor: Actor, body: NewPass) -> Answer:
    """Sell so many days of all that I publish alone, now or by then."""
    made = passes.create(actor, body)
    return created(made, f"/v1/authors/{made.author_id}/passes")


@route(routes, "POST", "/v1/passes/{pass_id}/withdrawals", who=Who.AUTHOR, answers={204: None}, refuses=(NotFound,))
def withdraw_pass(actor: Actor, pass_id: str) -> Answer:
    """Take my pass off sale, for good. Who bought it keeps its days."""
    passes.withdraw(actor, pass_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/passes/{pass_id}/takedowns",
    who=Who.ADMIN,
    body=Reason,
    answers={204: None},
    refuses=(NotFound,),
)
def take_down_pass(actor: Actor, pass_id: str, body: Reason) -> Answer:
    """Take a pass off sale, whoever's it is. Who bought it keeps its days."""
    passes.take_down(actor, pass_id, body.reason)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/authors/{author_id}/passes",
    who=Who.ANYONE,
    query=ListQuery,
    answers={200: Page[PassCard]},
    refuses=(BadCursor,),
    public_seconds=MINUTE,
)
def list_passes(author_id: str, query: ListQuery) -> Answer:
    """The passes that an author sells, the newest first."""
    return ok(passes.of_author(author_id, query))


def _manuscript(actor: Actor, work_id: str, status: int = 200) -> Answer:
    view, tag = manuscripts.read(actor, work_id)
    return Answer(status, view, {"ETag": tag})
