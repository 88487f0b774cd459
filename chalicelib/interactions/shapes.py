"""What the outside may send and sees.

What a client may claim is a closed list. Purchases and ratings are not on it: they come from facts.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

# The end is written (?![\s\S]) because $ also fits before a last line break.
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?![\s\S])")]
EventId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{8,64}(?![\s\S])",
        description="Made by the client, new for each event: a replay is harmless.",
    ),
]
When = Annotated[datetime, Meta(tz=True, description="When it happened: within the last 7 days.")]
Amount = Annotated[int, Meta(ge=0, le=10**9)]
Where = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+(?![\s\S])")]
Text = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+(?![\s\S])")
]
FINISHED = 9_500
"""A work counts as finished from here, in basis points of the whole."""

Fraction = Annotated[float, Meta(ge=0, le=1)]


class View(Struct, forbid_unknown_fields=True, tag_field="kind", tag="view"):
    """A work's page was looked at."""

    event_id: EventId
    occurred_at: When
    work_id: Id
    recommendation_id: Id | None = None


class Play(Struct, forbid_unknown_fields=True, tag_field="kind", tag="play"):
    """A work, or a part of it, was opened or played."""

    event_id: EventId
    occurred_at: When
    work_id: Id
    position: Amount | None = None
    place: Where | None = None


class ProgressMade(Struct, forbid_unknown_fields=True, tag_field="kind", tag="progress"):
    """How far the reader is: ``fraction`` of the whole; ``place`` and ``position`` say where to go on."""

    event_id: EventId
    occurred_at: When
    work_id: Id
    fraction: Fraction
    position: Amount | None = None
    duration: Amount | None = None
    place: Where | None = None


class Click(Struct, forbid_unknown_fields=True, tag_field="kind", tag="click"):
    """A recommendation was followed."""

    event_id: EventId
    occurred_at: When
    work_id: Id
    recommendation_id: Id
    position: Annotated[Amount, Meta(description="Its place in the answer, from 0: experiments go by it.")] | None = (
        None
    )


class Impression(Struct, forbid_unknown_fields=True, tag_field="kind", tag="impression"):
    """These recommendations came into sight, in this order. They are no part of the history."""

    event_id: EventId
    occurred_at: When
    recommendation_id: Id
    work_ids: Annotated[list[Id], Meta(min_length=1, max_length=50)]


class Dismiss(Struct, forbid_unknown_fields=True, tag_field="kind", tag="dismiss"):
    """I do not want this work recommended. It is so until it is restored, or deleted from my history."""

    event_id: EventId
    occurred_at: When
    work_id: Id
    recommendation_id: Id | None = None


class Restore(Struct, forbid_unknown_fields=True, tag_field="kind", tag="restore"):
    """A work that was dismissed may be recommended again."""

    event_id: EventId
    occurred_at: When
    work_id: Id


class Search(Struct, forbid_unknown_fields=True, tag_field="kind", tag="search"):
    """Something was searched for."""

    event_id: EventId
    occurred_at: When
    text: Text


Claim = View | Play | ProgressMade | Click | Impression | Dismiss | Restore | Search


class Claims(Struct, forbid_unknown_fields=True):
    """What a reader's client saw happen."""

    events: Annotated[list[Claim], Meta(min_length=1, max_length=50)]


class Recorded(Struct):
    """``recorded`` counts events, replays among them; ``outside_window`` names those too old or in the future."""

    recorded: int
    outside_window: list[str]


class HistoryQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class HistoryItem(Struct):
    """One thing that I did. ``id`` deletes it."""

    id: str
    kind: str
    occurred_at: str
    work_id: str | None = None
    fraction: float | None = None
    position: int | None = None
    place: str | None = None
    rating: int | None = None
    text: str | None = None


class ProgressView(Struct):
    """How far I am in a work."""

    fraction: float
    at: str
    position: int | None = None
    duration: int | None = None
    place: str | None = None


class ErasureView(Struct):
    """The history is being erased."""

    status: str = "accepted"
