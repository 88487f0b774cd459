"""Answers: one read each."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chalicelib.accounts import profiles
from chalicelib.catalog import cards
from chalicelib.catalog.cards import NEWEST
from chalicelib.core import ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.recommend import choosing, experiments, fresh, ranking, readers, reasons
from chalicelib.recommend.choosing import Basis
from chalicelib.recommend.engine import Pick, Reader, Standing
from chalicelib.recommend.models import SAMPLER, ShelfRow, shelf_key
from chalicelib.recommend.readers import Going
from chalicelib.recommend.shapes import PopularQuery, Ranked, Recommendations

_SHELVES = [(ShelfRow, shelf_key(NEWEST)), (ShelfRow, SAMPLER)]


def popular(query: PopularQuery) -> Recommendations:
    """The same for everyone, and with the same id until the shelf changes."""
    shelf = query.subject or NEWEST
    (row,) = tables.batch_get([(ShelfRow, shelf_key(shelf))])
    reason = reasons.popular(query.subject)
    picks = [Pick(standing.card, reason) for standing in ranking.read(row)[: query.limit]]
    return Recommendations(row.revision if row else ids.derived(shelf), picks)


def similar(work_id: str, limit: int) -> Recommendations:
    """What goes with a published work, the same for everyone. Raises NotFound."""
    row, changed, *shelves = tables.batch_get([cards.key(work_id), fresh.key(), *_SHELVES])
    if row is None:
        raise NotFound
    anybody = Reader("", cards.of(row).subjects, frozenset({work_id}))
    picks = choosing.choose(Basis(anybody, [], fresh.of(changed), _standings(*shelves)), limit, about=work_id)
    return Recommendations(ids.derived(" ".join([work_id, *(pick.work.work_id for pick in picks)])), picks)


def personal(actor: Actor, limit: int) -> Recommendations:
    """By what the reader did of late and cares for, without what they have."""
    return of(actor.account_id, tables.batch_get(keys(actor.account_id)), limit)


def ranked(actor: Actor, work_ids: list[str]) -> Ranked:
    """The same works, what suits the reader best first."""
    (row,) = tables.batch_get([readers.key(actor.account_id)])
    basis = Basis(Reader(actor.account_id), readers.of(row), {}, {})
    return Ranked(ids.new(), choosing.order(basis, work_ids))


def keys(account_id: str) -> list[tuple[Any, ...]]:
    """All that is read to recommend, for ``tables.batch_get``, which answers the rows that ``of`` picks from."""
    newest = (ShelfRow, shelf_key(ranking.LATEST))
    return [profiles.key(account_id), readers.key(account_id), fresh.key(), experiments.key(), *_SHELVES, newest]


def of(
    account_id: str, rows: Sequence[Any], limit: int, subjects: Sequence[str] = (), about: str = ""
) -> Recommendations:
    """From the rows of ``keys``. ``about`` is a work that the others are to go with, of these ``subjects``."""
    account, reader, changed, tried, everything, sampler, newest = rows
    recent = readers.of(reader)
    wanted = list(dict.fromkeys([*subjects, *profiles.interests(account)]))
    known = Reader(account_id, wanted, readers.known(recent) | ({about} if about else set()))
    basis = Basis(known, recent, fresh.of(changed), _standings(everything, sampler))
    return Recommendations(*choosing.serve(basis, limit, about, experiments.running(tried), ranking.read(newest)))


def learning(rows: Sequence[Any]) -> list[Going]:
    """From the rows of ``keys``, the works that the reader is at."""
    _, recent, *_ = rows
    return readers.learning(readers.of(recent))


def latest(rows: Sequence[Any], limit: int) -> list[Pick]:
    """From the rows of ``keys``, the works that were published last."""
    *_, newest = rows
    return [Pick(standing.card, reasons.new()) for standing in ranking.read(newest)[:limit]]


def _standings(everything: ShelfRow | None, sampler: ShelfRow | None) -> dict[str, list[Standing]]:
    """By shelf: all works, and the best of each subject."""
    sampled = msgspec.convert(sampler.shown, dict[str, list[Standing]]) if sampler else {}
    return {NEWEST: ranking.read(everything)} | sampled
