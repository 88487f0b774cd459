"""What answers about the catalogue share."""

from chalicelib.catalog import manuscripts
from chalicelib.core.actors import Actor
from chalicelib.core.web import Answer

MINUTE = 60
DAY = 24 * 3600


def manuscript(actor: Actor, work_id: str, status: int = 200) -> Answer:
    """As it is now, with its tag."""
    view, tag = manuscripts.read(actor, work_id)
    return Answer(status, view, {"ETag": tag})
