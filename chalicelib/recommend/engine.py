"""The shape that every engine shares: what it hears, and what it answers.

An engine is a module with ``record(heard)``, which learns and names the works whose standing may have changed, and
``recommend(reader, shelves, limit)``, which picks. ``popularity`` is the first.
"""

from enum import StrEnum

from msgspec import Struct

from chalicelib.catalog.cards import Card
from chalicelib.interactions.shapes import FINISHED as FINISHED


class Kind(StrEnum):
    """What can be heard of a reader and a work. ``finish`` is progress to the end."""

    VIEW = "view"
    CLICK = "click"
    PLAY = "play"
    PROGRESS = "progress"
    FINISH = "finish"
    RATING = "rating"
    PURCHASE = "purchase"


CLAIMED = frozenset({Kind.VIEW, Kind.CLICK, Kind.PLAY, Kind.PROGRESS, Kind.FINISH})
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


class Heard(Struct, frozen=True):
    """What an account did within a moment: the fact ``interaction.recorded``."""

    account_id: str
    events: list[Event]


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
    """Why a work is recommended: a stable code, the shelf, and a sentence in each language."""

    code: str
    subject: str | None
    en: str
    zh: str


class Pick(Struct, frozen=True):
    """A recommended work, and why."""

    work: Card
    reason: Reason
