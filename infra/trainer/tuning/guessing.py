"""How works that nobody met are placed by what they are about: tuned on works left out."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.metrics import ranking
from infra.trainer.models import content, factors, histories
from infra.trainer.splits import Split, new_works
from infra.trainer.tuning.candidates import ALS_VALUES, FACTORS
from infra.trainer.tuning.search import Settings, search

DEPTH = 20
CONTENT = {"content_ridge": 1.0, "subjects": 0.5, "evidence": 10.0}
CONTENT_VALUES = {
    "content_ridge": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    "subjects": (0.0, 0.25, 0.5, 1.0, 2.0),
    "evidence": (1.0, 3.0, 10.0, 30.0, 100.0),
}
INNER = 97
"""Draws other works than those that are asked for."""

Which = NDArray[np.bool_]
Learn = Callable[[Log, Settings], Any]
"""What learns factors, as a candidate does."""


def choose_content(log: Log, features: Floats, subjects: int, told: Settings, learn: Learn = FACTORS.learn) -> Settings:
    """For factors that are settled."""
    start = {**told, "fading": 1.0, **CONTENT}
    found = _search(log, features, subjects, start, CONTENT_VALUES, 20, learn)
    return {name: found[name] for name in CONTENT}


def choose_all(log: Log, features: Floats, subjects: int, told: Settings) -> Settings:
    """Factors and content together, for ranking new works alone."""
    start = {**told, "fading": 1.0, **CONTENT}
    return _search(log, features, subjects, start, {**ALS_VALUES, **CONTENT_VALUES}, 40, FACTORS.learn)


def _search(
    log: Log,
    features: Floats,
    subjects: int,
    start: Settings,
    values: Mapping[str, tuple[float, ...]],
    budget: int,
    learn: Learn,
) -> Settings:
    split, new = new_works(log, seed=INNER)

    def reached(settings: Settings) -> float:
        return among(by_content(split, new, features, settings, subjects, learn), split, new)

    return search(start, values, reached, budget).settings


def by_content(
    split: Split, new: Which, features: Floats, told: Settings, subjects: int, learn: Learn = FACTORS.learn
) -> Floats:
    """readers × works: factors of readers by what they met, factors of new works by what they are about."""
    known = np.flatnonzero(~new)
    train = split.train.with_works((np.cumsum(~new) - 1)[split.train.work], len(known))
    learned = learn(train, told)
    ordered = np.concatenate([features[known], features[new]])
    guessed = content.guess(ordered, learned.works, train.counts(), told, subjects)[len(known) :]
    past = histories.faded(train, split.readers, told["fading"])
    readers = factors.fold_in(learned.works, past, told["ridge"], told["confidence"])
    scores = np.zeros((len(split.readers), len(new)), np.float32)
    scores[:, new] = readers @ guessed.T
    return scores


def among(scores: Floats, split: Split, new: Which) -> float:
    """The mean NDCG@20 with all but the new works left out."""
    only_new = np.where(new, scores, np.float32(-np.inf))
    return float(ranking.ndcg(ranking.best(only_new, DEPTH), split.relevant, DEPTH).mean())
