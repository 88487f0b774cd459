"""``work#…`` how a work stands; ``counted#…`` what was counted of an account on one day; ``ranks#…`` a shelf's order;
``popular#…`` a shelf as it is shown; ``sampler`` the best of each shelf; ``fresh`` the cards that changed of late;
``reader#…`` what a reader did of late; ``experiments``, ``took#…`` and ``outcome#…`` what is tried, who did what of it,
and what came of it."""

import zlib
from typing import Any

import msgspec
from pynamodb.attributes import (
    Attribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.constants import BINARY

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, Moment
from chalicelib.core.tables import Place
from chalicelib.recommend.revisions import Revised

TABLE = settings.table("recommendations")


class Packed(Attribute[Any]):
    """Anything that JSON can say, compressed: lists of cards take a fifth of their room."""

    attr_type = BINARY
    legacy_encoding = False

    def serialize(self, value: Any) -> bytes:
        return zlib.compress(msgspec.json.encode(value), 6)

    def deserialize(self, value: bytes) -> Any:
        return msgspec.json.decode(zlib.decompress(value))


class WorkRow(Revised):
    """How a work stands. ``shelves`` are those that it stands on or ever stood on. No card: not published yet."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    version = Count(default=0)
    withdrawn = Count(default=0)
    card = Json(null=True)
    authors = Json(default=list)
    shelves = Json(default=list)
    points = NumberAttribute(default=0.0)
    points_at = NumberAttribute(default=0.0)


class CountedRow(Revised):
    """What an account did to which works on one day, as far as it counts: each thing once."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    deeds = UnicodeSetAttribute()
    expires_at = Count()


class RanksRow(Revised):
    """The works of a shelf by heat: ``[work_id, heat]``, the hottest first."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    places = Packed()


class ShelfRow(Revised):
    """A shelf as it is shown, or the best of each shelf, or the cards that changed of late."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    shown = Packed()


class ReaderRow(Revised):
    """What a reader did of late, by work."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    erased_at = Moment(null=True)
    recent = Packed()


class TookRow(Revised):
    """What a reader did with the answers of an experiment, each thing once."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    marks = UnicodeSetAttribute()


class OutcomeRow(Revised):
    """What came of an experiment: numbers of readers, by what they did."""

    class Meta(Place):
        table_name = TABLE

    owner = UnicodeAttribute(hash_key=True)
    sums = Json(default=dict)


def work_key(work_id: str) -> str:
    return f"work#{work_id}"


def ranks_key(shelf: str) -> str:
    return f"ranks#{shelf}"


def shelf_key(shelf: str) -> str:
    return f"popular#{shelf}"


def reader_key(account_id: str) -> str:
    return f"reader#{account_id}"


def took_key(experiment_id: str, reader: str) -> str:
    return f"took#{experiment_id}#{reader}"


def outcome_key(experiment_id: str) -> str:
    return f"outcome#{experiment_id}"


SAMPLER = "sampler"
FRESH = "fresh"
EXPERIMENTS = "experiments"
