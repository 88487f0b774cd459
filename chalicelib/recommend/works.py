"""The works that can be recommended, as facts tell of them."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from chalicelib.catalog import subjects
from chalicelib.catalog.cards import NEWEST, Card
from chalicelib.core import clock, tables
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import decay, revisions
from chalicelib.recommend.decay import Points
from chalicelib.recommend.models import WorkRow, work_key

EXPLORATION = 5
"""A new work starts as if so much had happened to it when it was published, and fades from there."""


class Withdrawn(Struct, frozen=True):
    work_id: str
    version: int


@revisions.persistent
def publish(card: Card) -> set[str]:
    """Take over a published version, unless a later one, or this one's withdrawal, is known already."""
    (row,) = find([card.work_id])
    if card.version <= row.version:
        return {card.work_id}
    if row.card is None:
        keep(row, decay.add(points(row), EXPLORATION, clock.parse(card.published_at).timestamp()))
    row.version, row.card = card.version, msgspec.to_builtins(card)
    row.authors = [author.author_id for author in card.authors]
    row.shelves = sorted({*row.shelves, *shelves(card)})
    _write(row)
    return {card.work_id}


@revisions.persistent
def withdraw(gone: Withdrawn) -> set[str]:
    """Show it no more; a later version brings it back."""
    (row,) = find([gone.work_id])
    if gone.version > row.withdrawn:
        row.withdrawn = gone.version
        _write(row)
    return {gone.work_id}


def find(work_ids: Iterable[str]) -> list[WorkRow]:
    """The rows of at most 99 works, new ones for those that are not known. One call."""
    wanted = list(work_ids)
    rows = tables.batch_get([(WorkRow, work_key(work_id)) for work_id in wanted], consistent=True)
    return [row or WorkRow(work_key(work_id)) for row, work_id in zip(rows, wanted, strict=True)]


def known(row: WorkRow) -> bool:
    """It was published once."""
    return row.card is not None


def on_show(row: WorkRow) -> Card | None:
    """Its card, where it may be shown."""
    return msgspec.convert(row.card, Card) if row.card and row.version > row.withdrawn else None


def shelves(card: Card) -> list[str]:
    """Where the work stands: with all works, and on its subjects' shelves."""
    return [NEWEST, *subjects.shelves(card.subjects)]


def points(row: WorkRow) -> Points:
    return Points(float(row.points), float(row.points_at))


def keep(row: WorkRow, points: Points) -> None:
    row.points, row.points_at = points


def _write(row: WorkRow) -> None:
    with all_or_nothing() as tx:
        revisions.replace(tx, row)
