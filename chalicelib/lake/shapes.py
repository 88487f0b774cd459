"""What lies in the lake. docs/decisions/0032-lake.md says where."""

from typing import Annotated

from msgspec import Meta, Struct

Moment = Annotated[str, Meta(pattern=r"^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z(?![\s\S])")]
"""As ``clock.rfc3339`` writes it, so that text order is time order and the day is the first ten letters."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a day: what a reader did. ``fraction`` is in basis points of the whole."""

    event_id: str
    reader: str
    work_id: str
    kind: str
    occurred_at: Moment
    recorded_at: Moment
    fraction: int | None = None
    rating: int | None = None
    recommendation_id: str | None = None

    @property
    def day(self) -> str:
        return self.recorded_at[:10]


class Erasure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reader's events, or the one that is named, are to be gone as far as they were recorded up to then.

    ``kept_until``: as long as an event that it is about may still arrive.
    """

    reader: str
    until: Moment
    event_id: str | None = None
    kept_until: str = ""


class Landed(Struct, frozen=True):
    """What a batch of facts said. ``works``: the ids of those that were published or withdrawn."""

    events: list[Event] = []
    erasures: list[Erasure] = []
    works: list[str] = []


class Work(Struct, frozen=True, kw_only=True):
    """One line of the works. ``author_readers``: who the ``authors`` are as readers, in the same order."""

    work_id: str
    title: str
    summary: str
    language: str
    kind: str
    subjects: list[str]
    authors: list[str]
    author_readers: list[str]
    published_at: str | None
    withdrawn: bool
