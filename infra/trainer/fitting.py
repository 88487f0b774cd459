"""Everything that a served model is made of, learned from a log by a plan."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places
from chalicelib.recommend.scoring.attention import Attention
from infra.trainer.log import Log
from infra.trainer.models import content
from infra.trainer.models.popularity import standing
from infra.trainer.tuning.candidates import EASE, OUTLOOK, PARTS, POPULARITY, SEQUENCE, Candidate
from infra.trainer.tuning.plan import Plan

CEILING = 12_000
"""Works that take part in item–item tables: the most popular. A table of all pairs takes 4 bytes × their square, and
the time to solve it grows with their cube; the others are known by their factors."""


class Whole(NamedTuple):
    """What is learned from all readers: how many met each work; ``factors`` and ``popularity`` of works that were met,
    the most met first; and the first and the last moment, in seconds since 1970."""

    counts: Places
    factors: Floats
    popularity: Floats
    window: tuple[float, float]


@dataclass(frozen=True)
class Fitted:
    """``order`` are the log's numbers of works in the order of everything else: those of the tables, then others that
    were met, then those that nobody met. ``met`` counts the first two. ``window`` as in ``Whole``. ``further`` parts
    know the tables' works, too; they are there where they have a share."""

    order: Places
    met: int
    tables: dict[str, Floats]
    factors: Floats
    popularity: Floats
    window: tuple[float, float]
    further: dict[str, Attention] = field(default_factory=dict)


class Means(NamedTuple):
    """By what is learned: the parts, and, where a catalogue's log is of some readers alone, what learns from all of
    them by a plan, from what they did until a moment."""

    parts: Sequence[Candidate] = PARTS
    learn: Callable[[Plan, float], Whole] | None = None

    def whole(self, plan: Plan, until: float = math.inf) -> Whole | None:
        """As ``fit`` takes it: None where the log is of all."""
        return self.learn(plan, until) if self.learn else None


ALONE = Means()
"""On this machine, from all readers."""


def fit(log: Log, plan: Plan, features: Floats | None = None, subjects: int = 0, whole: Whole | None = None) -> Fitted:
    """``features`` describe every work of the log; with them, works that nobody met get factors by what they are
    about, without them none. With ``whole``, the log need only be of some readers: tables are learned from it alone."""
    whole = whole or learn_whole(log, plan)
    order, met = most_met_first(whole.counts)
    tabled = _first(_renumbered(log, order), min(met, CEILING))
    tables = {
        "ease": EASE.learn(tabled, plan.ease),
        "sequence": SEQUENCE.learn(tabled, plan.sequence),
        "outlook": OUTLOOK.learn(tabled, plan.newcomers),
    }
    further = {part.name: part.learn(tabled, told) for part, told in plan.further if plan.shares[part.name]}
    about = None if features is None else features[order]
    return Fitted(order, met, tables, *_of_all(whole, plan, about, subjects), whole.window, further)


def learn_whole(log: Log, plan: Plan, parts: Sequence[Candidate] = PARTS) -> Whole:
    """By the one of the parts that learns factors."""
    _, _, factors, *_ = parts
    counts = log.counts()
    order, met = most_met_first(counts)
    first = _first(_renumbered(log, order), met)
    learned = factors.learn(first, plan.factors)
    known = standing(POPULARITY.learn(first, plan.popularity))
    return Whole(counts, learned.works, known, (float(log.at.min()), float(log.at.max())))


def most_met_first(counts: Places) -> tuple[Places, int]:
    """The works' numbers in that order, and how many were met at all."""
    return np.argsort(-counts, kind="stable").astype(np.intp), int(np.count_nonzero(counts))


def _of_all(whole: Whole, plan: Plan, features: Floats | None, subjects: int) -> tuple[Floats, Floats]:
    """Factors and standing of works that were met as learned, of the others by regression on what they are about."""
    met, works = len(whole.factors), len(whole.counts)
    factors = np.zeros((works, whole.factors.shape[1]), np.float32)
    factors[:met] = whole.factors
    popularity = np.full(works, whole.popularity.min(), np.float32)
    popularity[:met] = whole.popularity
    if features is not None and met < works:
        targets = np.hstack([factors[:met], popularity[:met, None]])
        counts = -np.sort(-whole.counts)[:met]
        guessed = content.guess(features, targets, counts, plan.content, subjects)
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
