"""Files over HTTP: announced, sent to S3 directly, looked after, and read by those who make and review the work."""

from chalice import Blueprint

from chalicelib.catalog import manuscripts
from chalicelib.catalog.drafts import DraftClosed, FileLimitReached
from chalicelib.catalog.manuscripts import NotTheOwner
from chalicelib.catalog.shapes import ListQuery
from chalicelib.content import links, uploads
from chalicelib.content.extraction.refusals import (
    FileEmpty,
    FileNameBidirectional,
    FileNameEmpty,
    FileNamePath,
    FileNameTooLong,
    FileNameUnprintable,
    FileTooLarge,
    FileTypeUnsupported,
)
from chalicelib.content.links import FileLink
from chalicelib.content.shapes import Completion, NewUpload, UploadTicket, UploadView
from chalicelib.content.storage import PartsWrong, UploadLapsed
from chalicelib.content.uploads import NotInParts
from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.request import Request
from chalicelib.core.web import Answer, created, ok, route

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/works/{work_id}/uploads",
    who=Who.AUTHOR,
    body=NewUpload,
    answers={201: UploadTicket},
    refuses=(
        NotFound,
        NotTheOwner,
        DraftClosed,
        FileLimitReached,
        FileNameEmpty,
        FileNamePath,
        FileNameUnprintable,
        FileNameBidirectional,
        FileNameTooLong,
        FileEmpty,
        FileTooLarge,
        FileTypeUnsupported,
    ),
    limit=Limit(600, 3600),
)
def announce_upload(actor: Actor, work_id: str, body: NewUpload, request: Request) -> Answer:
    """Announce a file for the draft: the answer says where to send it.

    It is checked after it arrived; read the upload to see whether it was accepted, or refused and why.
    """
    ticket = uploads.announce(actor, work_id, body, request.language)
    return created(ticket, f"/v1/me/uploads/{ticket.upload.upload_id}")


@route(
    routes,
    "POST",
    "/v1/me/uploads/{upload_id}/completion",
    who=Who.AUTHOR,
    body=Completion,
    answers={202: UploadView},
    refuses=(NotFound, NotInParts, PartsWrong, UploadLapsed),
)
def complete_upload(actor: Actor, upload_id: str, body: Completion, request: Request) -> Answer:
    """Join the parts of a large file, once all are sent."""
    return Answer(202, uploads.complete(actor, upload_id, body.parts, request.language))


@route(
    routes,
    "GET",
    "/v1/me/uploads/{upload_id}",
    who=Who.AUTHOR,
    answers={200: UploadView},
    refuses=(NotFound,),
)
def read_upload(actor: Actor, upload_id: str, request: Request) -> Answer:
    """What became of my upload."""
    return ok(uploads.read(actor, upload_id, request.language))


@route(
    routes,
    "GET",
    "/v1/me/manuscripts/{work_id}/uploads",
    who=Who.AUTHOR,
    query=ListQuery,
    answers={200: Page[UploadView]},
    refuses=(NotFound, BadCursor),
)
def list_uploads(actor: Actor, work_id: str, query: ListQuery, request: Request) -> Answer:
    """All uploads for a work, the newest first, with the reasons of those that were refused."""
    return ok(uploads.of_work(actor, work_id, query, request.language))


@route(
    routes,
    "GET",
    "/v1/me/manuscripts/{work_id}/files/{file_id}",
    who=Who.READER,
    answers={200: FileLink},
    refuses=(NotFound,),
    fresh=True,
)
def link_file(actor: Actor, work_id: str, file_id: str) -> Answer:
    """A short-lived link to a file of a manuscript, for its authors and its reviewer."""
    return ok(links.sign(manuscripts.file(actor, work_id, file_id)))
