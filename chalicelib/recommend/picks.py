"""Answers: one read each."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chalicelib.accounts import profiles
from chalicelib.catalog.cards import NEWEST
from chalicelib.core import ids, tables
from chalicelib.core.actors import Actor
from chalicelib.recommend import popularity, ranking, readers, reasons
from chalicelib.recommend.engine import Pick, Reader, Standing
from chalicelib.recommend.models import SAMPLER, ShelfRow, shelf_key
from chalicelib.recommend.readers import Going
from chalicelib.recommend.shapes import PopularQuery, Recommendations


def popular(query: PopularQuery) -> Recommendations:
    """The same for everyone, and with the same id until the shelf changes."""
    shelf = query.subject or NEWEST
    (row,) = tables.batch_get([(ShelfRow, shelf_key(shelf))])
    reason = reasons.popular(query.subject)
    picks = [Pick(standing.card, reason) for standing in ranking.read(row)[: query.limit]]
    return Recommendations(row.revision if row else ids.derived(shelf), picks)


def personal(actor: Actor, limit: int) -> Recommendations:
    """By what the reader cares for, without what they have."""
    return of(actor.account_id, tables.batch_get(keys(actor.account_id)), limit)


def keys(account_id: str) -> list[tuple[Any, ...]]:
    """All that is read to recommend, for ``tables.batch_get``, which answers the rows that ``of`` picks from."""
    shelves = [(ShelfRow, shelf_key(NEWEST)), (ShelfRow, SAMPLER)]
    return [profiles.key(account_id), readers.key(account_id), *shelves]


def of(account_id: str, rows: Sequence[Any], limit: int, about: Sequence[str] = (), but: str = "") -> Recommendations:
    """From the rows of ``keys``. ``about`` are subjects to look at before the reader's own; ``but`` leaves one out."""
    account, recent, everything, sampler = rows
    wanted = list(dict.fromkeys([*about, *profiles.interests(account)]))
    reader = Reader(account_id, wanted, readers.known(readers.of(recent)) | {but})
    shelves = {NEWEST: ranking.read(everything)} | _sampled(sampler)
    return Recommendations(ids.new(), popularity.recommend(reader, shelves, limit))


def learning(rows: Sequence[Any]) -> list[Going]:
    """From the rows of ``keys``, the works that the reader is at."""
    _, recent, *_ = rows
    return readers.learning(readers.of(recent))


def latest_key() -> tuple[Any, ...]:
    """The newest works' place for ``tables.batch_get``, which answers a row for ``latest``, or None."""
    return ShelfRow, shelf_key(ranking.LATEST)


def latest(row: ShelfRow | None, limit: int) -> list[Pick]:
    """The works that were published last."""
    return [Pick(standing.card, reasons.new()) for standing in ranking.read(row)[:limit]]


def _sampled(row: ShelfRow | None) -> dict[str, list[Standing]]:
    return msgspec.convert(row.shown, dict[str, list[Standing]]) if row else {}
