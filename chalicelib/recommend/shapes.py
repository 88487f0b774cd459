"""What the outside asks for and sees."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.accounts.shapes import Subject
from chalicelib.interactions.shapes import Id
from chalicelib.recommend.engine import Pick
from chalicelib.recommend.experiments import Experiment


class PopularQuery(Struct, forbid_unknown_fields=True):
    """``subject`` is a shelf of the taxonomy; without it, all works."""

    subject: Subject | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class PersonalQuery(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class SimilarQuery(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class Ranking(Struct, forbid_unknown_fields=True):
    """Works in any order, each once."""

    work_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class Ranked(Struct):
    """The same works, each once; the first suits the reader best."""

    recommendation_id: str
    work_ids: list[str]


class Experiments(Struct):
    """The latest first."""

    items: list[Experiment]


class Recommendations(Struct):
    """The first is recommended most. A click is told with the ``recommendation_id``."""

    recommendation_id: str
    items: list[Pick]
