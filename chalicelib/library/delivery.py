"""Reading what one has: access is checked by a consistent read, then content signs a short link."""

from chalicelib.catalog import works
from chalicelib.catalog.works import FileRef, Work
from chalicelib.content import links
from chalicelib.content.links import FileLink
from chalicelib.core import tables
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.library import access, passes, using
from chalicelib.library.passes import Passes


class NoAccess(Forbidden):
    """The account has no reason to read this work."""

    en = "You do not have this work: buy it first."
    zh = "您尚未拥有该作品：请先购买。"


class ContentTakenDown(Forbidden):
    """The work was taken down; nobody may read it."""

    en = "This work was taken down and can no longer be read."
    zh = "该作品已下架，无法继续阅读。"


def link(reader: Actor, work_id: str, file_id: str) -> FileLink:
    """A link to one file of the version that is published now. One call, one more where a pass may open the work, and
    one where the file was not handed over before, for then so much of it is used.

    Raises NoAccess, ContentTakenDown, NotFound.
    """
    account_id = reader.party_id
    mine, passed = tables.batch_get([access.key(account_id, work_id), passes.key(account_id)], consistent=True)
    holding = access.of(mine) if mine else None
    if holding and holding.sources:
        if holding.taken_down:
            raise ContentTakenDown
        file = _find(holding.files, file_id)
        if holding.sources != {access.AUTHOR}:
            using.open_file(account_id, work_id, file_id, holding.opened)
        return links.sign(file)
    held = passes.of(account_id, passed)
    work = _passed(held, work_id)
    file = _find(work.files, file_id)
    using.open_by_pass(account_id, held.running(next(iter(work.shares))), held.opened)
    return links.sign(file)


def _find(files: list[FileRef], file_id: str) -> FileRef:
    """Raises NotFound."""
    for file in files:
        if file.file_id == file_id:
            return file
    raise NotFound


def _passed(held: Passes, work_id: str) -> Work:
    """A work that a running pass opens: it is published, and the pass is its only author's."""
    if not held.any_runs():
        raise NoAccess
    try:
        work = works.find(work_id)
    except NotFound:
        raise NoAccess from None
    if not held.covers(list(work.shares)):
        raise NoAccess
    if work.taken_down:
        raise ContentTakenDown
    if work.state != works.PUBLISHED:
        raise NoAccess
    return work
