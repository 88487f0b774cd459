"""Uploads: an author announces a file, gets an address to send it to, and sees what became of it."""

from datetime import timedelta

from chalicelib.audit import trail
from chalicelib.catalog import drafts, manuscripts
from chalicelib.catalog.shapes import ListQuery
from chalicelib.content import sizes, storage, verdicts
from chalicelib.content.extraction import names
from chalicelib.content.models import Upload
from chalicelib.content.shapes import NewUpload, Part, PartAddress, UploadRefusal, UploadTicket, UploadView
from chalicelib.content.storage import PartsWrong, UploadLapsed
from chalicelib.core import clock, cursors, ids
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.tables import page
from chalicelib.core.transactions import all_or_nothing

SECONDS = 3600


class NotInParts(Conflict):
    """The file is sent whole, with one PUT; there is nothing to join."""

    en = "This upload has no parts: the one PUT completes it."
    zh = "此上传没有分片：一次 PUT 即可完成。"


def announce(actor: Actor, work_id: str, wanted: NewUpload, language: str) -> UploadTicket:
    """Expect a file for the draft. Raises Unreadable by name or size, NotFound, NotTheOwner, DraftClosed, …"""
    name = names.clean(wanted.name)
    sizes.check(name, wanted.bytes)
    draft = drafts.expect_file(actor, work_id, wanted.lesson_id)
    upload_id = ids.new()
    upload = Upload(
        upload_id,
        work_id=work_id,
        work_title=draft.title,
        number=draft.number,
        lesson_id=wanted.lesson_id,
        owner_id=actor.party_id,
        name=name,
        bytes=wanted.bytes,
        multipart_id=storage.begin_parts(upload_id) if sizes.parts(wanted.bytes) else None,
        created_at=clock.now(),
    )
    with all_or_nothing() as tx:
        tx.insert(upload)
        trail.write(tx, actor, "upload.announced", upload_id, work=work_id, number=draft.number)
    return _ticket(upload, language)


def complete(actor: Actor, upload_id: str, parts: list[Part], language: str) -> UploadView:
    """Join the parts; a second time changes nothing. Raises NotFound, NotInParts, PartsWrong, UploadLapsed."""
    upload = _owned(actor, upload_id)
    if upload.multipart_id is None:
        raise NotInParts
    if [part.number for part in parts] != list(range(1, len(sizes.parts(upload.bytes)) + 1)):
        raise PartsWrong(field="parts")
    if upload.state == "expected":
        _join(upload, [part.etag for part in parts])
    return view(upload, language)


def read(actor: Actor, upload_id: str, language: str) -> UploadView:
    """Raises NotFound."""
    return view(_owned(actor, upload_id), language)


def of_work(actor: Actor, work_id: str, query: ListQuery, language: str) -> Page[UploadView]:
    """The uploads for a work, the newest first, to whoever sees its manuscript. Raises NotFound."""
    manuscripts.visible(actor, work_id)
    found, last = page(
        Upload.by_work.query(
            work_id,
            scan_index_forward=False,
            limit=query.limit,
            last_evaluated_key=cursors.unseal(query.cursor, "uploads", work_id),
        )
    )
    return Page([view(upload, language) for upload in found], cursors.seal(last, "uploads", work_id))


def view(upload: Upload, language: str) -> UploadView:
    refusal = None
    if upload.code:
        refusal = UploadRefusal(upload.code, verdicts.sentence(upload.code, upload.facts or {}, language))
    return UploadView(
        upload_id=upload.upload_id,
        work_id=upload.work_id,
        lesson_id=upload.lesson_id,
        name=upload.name,
        bytes=upload.bytes,
        state=upload.state,
        refusal=refusal,
        created_at=clock.rfc3339(upload.created_at),
    )


def _ticket(upload: Upload, language: str) -> UploadTicket:
    key, multipart_id = upload.upload_id, upload.multipart_id
    parts = [
        PartAddress(number, size, storage.sign_part(key, multipart_id or "", number, size, SECONDS))
        for number, size in enumerate(sizes.parts(upload.bytes), start=1)
    ]
    return UploadTicket(
        upload=view(upload, language),
        url=None if parts else storage.sign_upload(key, upload.bytes, SECONDS),
        parts=parts,
        expires_at=clock.rfc3339(clock.now() + timedelta(seconds=SECONDS)),
    )


def _join(upload: Upload, etags: list[str]) -> None:
    """Joined before already, and perhaps ingested since, is joined."""
    try:
        storage.join_parts(upload.upload_id, str(upload.multipart_id), etags)
    except UploadLapsed:
        if storage.inspect(upload.upload_id) is None and _find(upload.upload_id).state == "expected":
            raise


def _owned(actor: Actor, upload_id: str) -> Upload:
    upload = _find(upload_id)
    if upload.owner_id != actor.party_id:
        raise NotFound
    return upload


def _find(upload_id: str) -> Upload:
    try:
        return Upload.get(upload_id, consistent_read=True)
    except Upload.DoesNotExist:
        raise NotFound from None
