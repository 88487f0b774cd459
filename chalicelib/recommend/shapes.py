"""What the outside asks for and sees."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.accounts.shapes import Subject
from chalicelib.recommend.engine import Pick


class PopularQuery(Struct, forbid_unknown_fields=True):
    """``subject`` is a shelf of the taxonomy; without it, all works."""

    subject: Subject | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class PersonalQuery(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class Recommendations(Struct):
    """The first is recommended most. A click is told with the ``recommendation_id``."""

    recommendation_id: str
    items: list[Pick]
