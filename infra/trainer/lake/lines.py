"""The lines of the lake's files. Fields that are not named here are ignored."""

from msgspec import Struct

POSITIVE = {"view": 0.4, "click": 0.5, "play": 0.6, "progress": 0.8, "finish": 1.0, "rating": 1.0, "purchase": 1.0}
"""How much an event says that a reader cares for the work. Impressions say nothing, dismissals the contrary."""

CLAIMED = frozenset({"view", "click", "play", "progress", "finish"})
"""What readers' clients say themselves, so that machines can say it, too."""

KINDS = frozenset(POSITIVE) | {"dismiss", "impression"}


class EventLine(Struct):
    """One event. ``fraction`` in basis points, ``rating`` 0 to 5."""

    event_id: str
    reader: str
    work_id: str
    kind: str
    occurred_at: str
    fraction: int | None = None
    rating: float | None = None
    recommendation_id: str | None = None


class WorkLine(Struct):
    """A work as it was when the line was written; the latest line counts. ``author_readers`` are its authors under
    their names as readers."""

    work_id: str
    title: str
    summary: str | None = ""
    language: str | None = ""
    kind: str | None = ""
    subjects: list[str] = []
    authors: list[str] = []
    author_readers: list[str] = []
    published_at: str | None = ""
