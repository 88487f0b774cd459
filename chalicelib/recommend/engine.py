"""What the recommender hears, what an engine is asked, and what it answers.

An engine is a module with ``recommend(asked)``: the works for a reader; those like one that is named; or those that are
named, in a better order. ``lyceum_engine`` scores with our own models, ``personalize`` asks Amazon Personalize. Neither
reads a table: who asks says what is known of the reader. Where no engine answers, ``popularity`` does.
"""

from enum import StrEnum

from msgspec import Struct

from chalicelib.catalog.cards import Card
from chalicelib.interactions.shapes import FINISHED as FINISHED


class Kind(StrEnum):
    """What can be heard of a reader and a work. ``finish`` is progress to the end; ``dismiss`` says that they do not
    want to see it, and ``restore`` takes that back."""

    VIEW = "view"
    CLICK = "click"
    PLAY = "play"
    PROGRESS = "progress"
    FINISH = "finish"
    RATING = "rating"
    PURCHASE = "purchase"
    DISMISS = "dismiss"
    RESTORE = "restore"


CLAIMED = frozenset({Kind.VIEW, Kind.CLICK, Kind.PLAY, Kind.PROGRESS, Kind.FINISH, Kind.DISMISS, Kind.RESTORE})
"""What readers' clients say themselves, of whatever they like; the rest is the platform's own word."""


class Event(Struct, frozen=True):
    """One interaction, as its room tells it."""

    kind: str
    occurred_at: str
    recorded_at: str
    work_id: str | None = None
    fraction: int | None = None
    position: int | None = None
    place: str | None = None
    rating: int | None = None
    recommendation_id: str | None = None


class Heard(Struct, frozen=True):
    """What an account did within a moment: the fact ``interaction.recorded``."""

    account_id: str
    events: list[Event]


class Seen(Struct, frozen=True):
    """A work of the reader's recent past: the most that they did with it, and when they last did (RFC 3339)."""

    work_id: str
    kind: str
    at: str


class Asked(Struct, frozen=True, omit_defaults=True):
    """What is wanted of an engine: ``limit`` works, none of ``without``.

    ``seen`` is the reader's past, the latest first. ``about``: works like this one. ``among``: these, in a better
    order. ``reader`` is a pseudonym. ``model`` is a version of our own engine's, where not the live one is wanted.
    """

    reader: str
    seen: list[Seen] = []
    interests: list[str] = []
    without: list[str] = []
    limit: int = 20
    about: str = ""
    among: list[str] = []
    model: str = ""


class Ranked(Struct, frozen=True, omit_defaults=True):
    """A work that an engine names. ``because`` is the work of the reader's past that speaks for it most, if one does.
    The card, and that work's title, are what the engine remembers: both may be late, or missing."""

    work_id: str
    card: Card | None = None
    because: str = ""
    because_title: str = ""


class Ranking(Struct, frozen=True):
    """The best first. ``version`` names the model."""

    version: str
    items: list[Ranked]


NOTHING = Ranking("", [])
"""What is answered where nobody ranks."""


class Standing(Struct, frozen=True):
    """A work on a shelf. Higher ``heat`` stands first."""

    card: Card
    heat: float


class Reader(Struct, frozen=True):
    """Who is asked for: what they care for, and what need not be shown to them."""

    account_id: str
    interests: list[str] = []
    known: frozenset[str] = frozenset()


class Reason(Struct, frozen=True):
    """Why a work is recommended: a stable code, the shelf or work that it is for, and a sentence in each language."""

    code: str
    subject: str | None
    en: str
    zh: str
    work_id: str | None = None


class Pick(Struct, frozen=True):
    """A recommended work, and why."""

    work: Card
    reason: Reason
