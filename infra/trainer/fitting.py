"""Everything that a served model is made of, learned from a log by a plan."""

from dataclasses import dataclass, field

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places
from chalicelib.recommend.scoring.attention import Attention
from infra.trainer.log import Log
from infra.trainer.models import content
from infra.trainer.models.factors import als
from infra.trainer.models.popularity import standing
from infra.trainer.tuning.candidates import EASE, OUTLOOK, POPULARITY, SEQUENCE
from infra.trainer.tuning.plan import Plan

CEILING = 12_000
"""Works that take part in item–item tables: the most popular. A table of all pairs takes 4 bytes × their square, and
the time to solve it grows with their cube; the others are known by their factors."""


@dataclass(frozen=True)
class Fitted:
    """``order`` are the log's numbers of works in the order of everything else: those of the tables, then others that
    were met, then those that nobody met. ``met`` counts the first two. ``further`` parts know the tables' works, too;
    they are there where they have a share."""

    order: Places
    met: int
    tables: dict[str, Floats]
    factors: Floats
    popularity: Floats
    further: dict[str, Attention] = field(default_factory=dict)


def fit(log: Log, plan: Plan, features: Floats | None = None, subjects: int = 0) -> Fitted:
    """``features`` describe every work of the log; with them, works that nobody met get factors by what they are
    about, without them none."""
    counts = log.counts()
    order = np.argsort(-counts, kind="stable").astype(np.intp)
    met = int(np.count_nonzero(counts))
    sorted_log = _renumbered(log, order)
    tabled = _first(sorted_log, min(met, CEILING))
    tables = {
        "ease": EASE.learn(tabled, plan.ease),
        "sequence": SEQUENCE.learn(tabled, plan.sequence),
        "outlook": OUTLOOK.learn(tabled, plan.newcomers),
    }
    further = {part.name: part.learn(tabled, told) for part, told in plan.further if plan.shares[part.name]}
    factors, popularity = _of_all(sorted_log, plan, met, None if features is None else features[order], subjects)
    return Fitted(order, met, tables, factors, popularity, further)


def _of_all(log: Log, plan: Plan, met: int, features: Floats | None, subjects: int) -> tuple[Floats, Floats]:
    """Factors and standing of works that were met as learned, of the others by regression on what they are about."""
    told = plan.factors
    first = _first(log, met)
    factors = np.zeros((log.works, int(told["factors"])), np.float32)
    factors[:met] = als(first, int(told["factors"]), told["ridge"], told["confidence"]).works
    known = standing(POPULARITY.learn(first, plan.popularity))
    popularity = np.full(log.works, known.min(), np.float32)
    popularity[:met] = known
    if features is not None and met < log.works:
        targets = np.hstack([factors[:met], popularity[:met, None]])
        guessed = content.guess(features, targets, log.counts()[:met], plan.content, subjects)
        factors[met:], popularity[met:] = guessed[met:, :-1], guessed[met:, -1]
    return factors, popularity


def _renumbered(log: Log, order: Places) -> Log:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return log.with_works(place[log.work], log.works)


def _first(log: Log, works: int) -> Log:
    """The rows on these works alone, of a catalogue that has no others."""
    kept = log.only(log.work < works)
    return kept.with_works(kept.work, works)
