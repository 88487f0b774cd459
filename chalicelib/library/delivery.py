"""Reading what one has: access is checked by a consistent read, then content signs a short link."""

from chalicelib.content import links
from chalicelib.content.links import FileLink
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.library import access


class NoAccess(Forbidden):
    """The account has no reason to read this work."""

    en = "You do not have this work: buy it first."
    zh = "您尚未拥有该作品：请先购买。"


class ContentTakenDown(Forbidden):
    """The work was taken down; nobody may read it."""

    en = "This work was taken down and can no longer be read."
    zh = "该作品已下架，无法继续阅读。"


def link(reader: Actor, work_id: str, file_id: str) -> FileLink:
    """A link to one file of the version that is published now. Raises NoAccess, ContentTakenDown, NotFound."""
    holding = access.read(reader.party_id, work_id)
    if holding is None or not holding.sources:
        raise NoAccess
    if holding.taken_down:
        raise ContentTakenDown
    for file in holding.files:
        if file.file_id == file_id:
            return links.sign(file)
    raise NotFound
