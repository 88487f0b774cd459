"""Shelves in order. Since all points fade at one rate, only the works that something happened to change their places.

A shelf is read before its works are, and written back only if nobody else did in between: so the last to write has
seen every work at least as it was when its points were counted.
"""

import math
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from chalicelib.catalog.cards import NEWEST, Card
from chalicelib.core import clock, tables
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import decay, revisions, works
from chalicelib.recommend.engine import Standing
from chalicelib.recommend.models import SAMPLER, RanksRow, ShelfRow, WorkRow, ranks_key, shelf_key

KEPT = 500
SHOWN = 50
SAMPLED = 6
LATEST = "newest"
"""The shelf that goes by the moment of publication; not one of the taxonomy's."""

Place = tuple[str, float]
T = TypeVar("T", RanksRow, ShelfRow)


def rerank(work_ids: Iterable[str]) -> None:
    """Bring every shelf that these works stand on, or stood on, up to their present points."""
    changed = sorted(work_ids)
    by_shelf: dict[str, set[str]] = {}
    for start in range(0, len(changed), 99):
        for row in works.find(changed[start : start + 99]):
            for shelf in _shelves(row):
                by_shelf.setdefault(shelf, set()).add(row.owner.partition("#")[2])
    for shelf, ids in sorted(by_shelf.items()):
        _rerank(shelf, ids)
    if sampled := sorted(by_shelf.keys() - {NEWEST, LATEST}):
        _sample(sampled)


def read(row: ShelfRow | None) -> list[Standing]:
    """What a shelf shows."""
    return msgspec.convert(row.shown, list[Standing]) if row else []


@revisions.persistent
def _rerank(shelf: str, changed: set[str]) -> None:
    ranks = _find(RanksRow, ranks_key(shelf), places=[])
    shown = _find(ShelfRow, shelf_key(shelf), shown=[])
    present = {row.owner.partition("#")[2]: row for row in _rows(changed)}
    places = _merged(msgspec.convert(ranks.places, list[Place]), shelf, present)
    standings = _standings(places[:SHOWN], read(shown), present)
    if places == msgspec.convert(ranks.places, list[Place]) and standings == read(shown):
        return
    ranks.places, shown.shown = places, msgspec.to_builtins(standings)
    with all_or_nothing() as tx:
        revisions.replace(tx, ranks)
        revisions.replace(tx, shown)


def _merged(places: list[Place], shelf: str, present: dict[str, WorkRow]) -> list[Place]:
    stay = [place for place in places if place[0] not in present]
    come = [(work_id, _heat(row, shelf)) for work_id, row in present.items()]
    ranked = [*stay, *(place for place in come if place[1] > -math.inf)]
    return sorted(ranked, key=lambda place: (-place[1], place[0]))[:KEPT]


def _heat(row: WorkRow, shelf: str) -> float:
    """Where the row stands on this shelf; below everything where it does not."""
    card = works.on_show(row)
    if card is None or shelf not in (LATEST, *works.shelves(card)):
        return -math.inf
    return clock.parse(card.published_at).timestamp() if shelf == LATEST else decay.heat(works.points(row))


def _standings(places: list[Place], shown: list[Standing], present: dict[str, WorkRow]) -> list[Standing]:
    """With each one's card: as it is now, or as it was shown, or looked up where it was not shown before."""
    cards: dict[str, Card | None] = {standing.card.work_id: standing.card for standing in shown}
    cards |= {work_id: works.on_show(row) for work_id, row in present.items()}
    risen = [work_id for work_id, _ in places if work_id not in cards]
    cards |= {row.owner.partition("#")[2]: works.on_show(row) for row in _rows(risen)}
    return [Standing(card, heat) for work_id, heat in places if (card := cards[work_id])]


@revisions.persistent
def _sample(subjects: list[str]) -> None:
    """Renew these subjects' part of the sampler: the best of each shelf, all in one row, for one read."""
    sampler = _find(ShelfRow, SAMPLER, shown={})
    keys = [(ShelfRow, shelf_key(subject)) for subject in subjects]
    fresh = dict(zip(subjects, tables.batch_get(keys, consistent=True), strict=True))
    best: dict[str, Any] = {**sampler.shown, **{name: row.shown[:SAMPLED] for name, row in fresh.items() if row}}
    if best != sampler.shown:
        sampler.shown = best
        with all_or_nothing() as tx:
            revisions.replace(tx, sampler)


def _shelves(row: WorkRow) -> list[str]:
    return [LATEST, *row.shelves] if works.known(row) else []


def _rows(work_ids: Iterable[str]) -> list[WorkRow]:
    wanted = sorted(work_ids)
    return [row for start in range(0, len(wanted), 99) for row in works.find(wanted[start : start + 99])]


def _find(model: type[T], owner: str, **empty: Any) -> T:
    (row,) = tables.batch_get([(model, owner)], consistent=True)
    return row or model(owner, **empty)
