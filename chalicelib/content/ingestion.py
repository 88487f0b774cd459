"""Ingestion: what arrived in quarantine is read, judged, and kept or refused, once, however often it is told of."""

from typing import Any

from chalicelib.accounts import profiles
from chalicelib.audit import trail
from chalicelib.catalog import drafts
from chalicelib.catalog.drafts import DraftClosed, Finding
from chalicelib.catalog.works import FileRef
from chalicelib.content import sizes, storage, verdicts
from chalicelib.content.extraction.refusals import FileUnreadable, Unreadable
from chalicelib.content.extraction.shapes import Extracted
from chalicelib.content.models import Upload
from chalicelib.content.storage import Stored
from chalicelib.content.verdicts import DraftMovedOn, FileSizeMismatch
from chalicelib.core import actors, clock, logs
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.mail import post

LEASE_SECONDS = 120
MOST_ATTEMPTS = 2
"""A file whose reading ended the process this often is refused."""
OPEN = ("expected", "received")
JOB = actors.system("content_ingest")


class BeingRead(Exception):
    """Another process is reading the file now: the message comes again."""


class AlreadySettled(Conflict):
    """Another process was quicker, and the file is judged."""


def take_in(key: str) -> None:
    """Judge the object that lies in quarantine under this key. Raises BeingRead, and what the services raise."""
    try:
        upload = Upload.get(key, consistent_read=True)
    except Upload.DoesNotExist:
        logs.logger().warning("nobody announced this object", key=key)
        return storage.discard(key)
    logs.learn(correlation_id=upload.correlation_id, upload_id=upload.upload_id)
    if upload.state in OPEN:
        stored = storage.inspect(key)
        if stored is None:
            return None
        _lease(upload)
        _judge(upload, stored)
    return storage.discard(key)


def _judge(upload: Upload, stored: Stored) -> None:
    """Accept or refuse. What only failed gives the lease back: the message comes again."""
    try:
        try:
            _accept(upload, stored)
            logs.logger().info("upload judged", outcome="accepted")
        except Unreadable as reason:
            _refuse(upload, reason)
            logs.logger().info("upload judged", outcome="refused")
    except AlreadySettled:
        return
    except Exception:
        upload.update(actions=[Upload.leased_until.set(0), Upload.attempts.add(-1)])
        raise


def _accept(upload: Upload, stored: Stored) -> None:
    """Raises Unreadable, AlreadySettled."""
    if upload.attempts > MOST_ATTEMPTS:
        raise FileUnreadable(field="file")
    if stored.bytes != upload.bytes:
        raise FileSizeMismatch(expected=upload.bytes, found=stored.bytes)
    data, digest = storage.read(upload.upload_id, stored.etag, sizes.to_read(upload.name))
    found = _extract(upload.name, data)
    file = _keep(upload, stored, f"works/{upload.work_id}/{upload.upload_id}/{digest}", found)
    try:
        _attach(upload, file, found)
    except DraftClosed:
        storage.forget([file.key, _text_of(file.key), *([file.rendition] if file.rendition else [])])
        raise DraftMovedOn from None


def _attach(upload: Upload, file: FileRef, found: Extracted) -> None:
    finding = Finding(
        title=found.title, language=found.language, preview=found.preview, words=found.words, pages=found.pages
    )
    with all_or_nothing() as tx:
        _settle(tx, upload, [Upload.state.set("accepted")])
        drafts.attach(tx, upload.work_id, upload.number, file, finding, DraftClosed())
        trail.write(tx, JOB, "upload.accepted", upload.upload_id, work=upload.work_id, number=upload.number)


def _refuse(upload: Upload, reason: Unreadable) -> None:
    """Say so in the list of uploads, and by a letter to the owner. Raises AlreadySettled."""
    code = reason.code()
    with all_or_nothing() as tx:
        said: list[Any] = [Upload.state.set("refused"), Upload.code.set(code), Upload.facts.set(reason.facts)]
        _settle(tx, upload, said)
        trail.write(tx, JOB, "upload.refused", upload.upload_id, work=upload.work_id, reason=code)
        _tell_owner(tx, upload, reason)


def _settle(tx: Transaction, upload: Upload, actions: list[Any]) -> None:
    tx.update(
        Upload(upload.upload_id),
        [*actions, Upload.settled_at.set(clock.now())],
        Upload.state == "received",
        AlreadySettled(),
    )


def _tell_owner(tx: Transaction, upload: Upload, reason: Unreadable) -> None:
    """An owner whose account is gone hears nothing."""
    try:
        owner = profiles.read(upload.owner_id)
    except NotFound:
        return
    sentence = verdicts.sentence(reason.code(), reason.facts, owner.language)
    post.send(
        tx,
        "upload_refused",
        owner.email,
        owner.language,
        name=owner.name,
        file=upload.name,
        title=upload.work_title,
        reason=sentence,
    )


def _lease(upload: Upload) -> None:
    """Raises BeingRead while another process holds the lease, or was just quicker."""
    now = int(clock.timestamp())
    free = Upload.state.is_in(*OPEN) & (Upload.leased_until < now)
    taken: list[Any] = [
        Upload.state.set("received"),
        Upload.leased_until.set(now + LEASE_SECONDS),
        Upload.attempts.add(1),
    ]
    if not upload.update_if(free, taken):
        raise BeingRead(upload.upload_id)


def _extract(name: str, data: bytes) -> Extracted:
    from chalicelib.content.extraction import extracting

    return extracting.extract(name, data)


def _keep(upload: Upload, stored: Stored, key: str, found: Extracted) -> FileRef:
    """The original, its text for searching, its safe HTML for reading; the same keys however often."""
    storage.keep(upload.upload_id, stored.etag, key, found.media_type)
    if found.text:
        storage.write(_text_of(key), found.text, "text/plain; charset=utf-8")
    rendition = f"{key}.html" if found.html else None
    if rendition and found.html:
        storage.write(rendition, found.html, "text/html; charset=utf-8")
    return FileRef(
        file_id=upload.upload_id,
        name=upload.name,
        media_type=found.media_type,
        bytes=stored.bytes,
        key=key,
        rendition=rendition,
        lesson_id=upload.lesson_id,
    )


def _text_of(key: str) -> str:
    return f"{key}.txt"
