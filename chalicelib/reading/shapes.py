"""What a reader sees of themselves."""

from msgspec import Struct

from chalicelib.interactions.shapes import ProgressView
from chalicelib.recommend.engine import Pick
from chalicelib.reviews.shapes import OwnReview


class AccessView(Struct):
    """``granted``: I may read it now. ``bought``: by an order, or else it is my own. ``version`` is the one I have.
    ``pass_ends_at``: I may by a pass, and until then."""

    granted: bool
    bought: bool = False
    taken_down: bool = False
    version: int | None = None
    granted_at: str | None = None
    pass_ends_at: str | None = None


class PersonalWork(Struct):
    """A work as it stands with me: whether I may read it, how far I am, what I said of it, and what goes with it."""

    work_id: str
    access: AccessView
    progress: ProgressView | None
    review: OwnReview | None
    recommendation_id: str
    recommendations: list[Pick]


class Continuing(Struct):
    """A work that I began: where to go on."""

    work_id: str
    title: str
    kind: str
    language: str
    progress: ProgressView


class Home(Struct):
    """My first page."""

    learning: list[Continuing]
    recommendation_id: str
    recommendations: list[Pick]
    newest: list[Pick]
