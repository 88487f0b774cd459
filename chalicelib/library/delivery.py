"""Reading what one has: access is checked by a consistent read, then content signs a short link."""

from chalicelib.catalog import works
from chalicelib.catalog.works import FileRef
from chalicelib.content import links
from chalicelib.content.links import FileLink
from chalicelib.core import tables
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.library import access, passes
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
    """A link to one file of the version that is published now. One call, and one more where a pass may open the work.

    Raises NoAccess, ContentTakenDown, NotFound.
    """
    account_id = reader.party_id
    mine, passed = tables.batch_get([access.key(account_id, work_id), passes.key(account_id)], consistent=True)
    holding = access.of(mine) if mine else None
    if holding and holding.sources:
        if holding.taken_down:
            raise ContentTakenDown
        files = holding.files
    else:
        files = _passed(passes.of(account_id, passed), work_id)
    for file in files:
        if file.file_id == file_id:
            return links.sign(file)
    raise NotFound


def _passed(held: Passes, work_id: str) -> list[FileRef]:
    """The files of a work that a running pass opens: it is published, and the pass is its only author's."""
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
    return work.files
