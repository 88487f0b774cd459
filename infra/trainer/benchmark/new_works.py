"""Works that nobody met while learning, ranked among themselves by what they are about."""

from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.fitting import guess
from infra.trainer.log import Log
from infra.trainer.metrics import ranking
from infra.trainer.models import factors, histories
from infra.trainer.splits import Split, new_works
from infra.trainer.tuning.plan import Plan

DEPTH = 20


class NewWorks(NamedTuple):
    """NDCG@20 by content, by chance, and by the popularity that the works turned out to have."""

    content: float
    chance: float
    oracle: float


def measure(log: Log, features: Floats, plan: Plan, subjects: int, seed: int = 13) -> NewWorks:
    """A fifth of the works is new; all of them that a reader met are asked for."""
    split, new = new_works(log, seed=seed)
    scores = by_content(split, new, features, plan, subjects)
    shape = scores.shape
    return NewWorks(
        among(scores, split, new),
        among(np.random.default_rng(seed).random(shape).astype(np.float32), split, new),
        among(np.repeat(log.counts()[None].astype(np.float32), shape[0], axis=0), split, new),
    )


def by_content(split: Split, new: np.typing.NDArray[np.bool_], features: Floats, plan: Plan, subjects: int) -> Floats:
    """readers × works: factors of readers by what they met, factors of new works by what they are about."""
    told = plan.factors
    known = np.flatnonzero(~new)
    place = np.cumsum(~new) - 1
    train = split.train.with_works(place[split.train.work], len(known))
    learned = factors.als(train, int(told["factors"]), told["ridge"], told["confidence"])
    ordered = np.concatenate([features[known], features[new]])
    guessed = guess(ordered, learned.works, train.counts().astype(np.float32), plan, subjects)[len(known) :]
    past = histories.faded(train, split.readers, told["fading"])
    readers = factors.fold_in(learned.works, past, told["ridge"], told["confidence"])
    scores = np.zeros((len(split.readers), len(new)), np.float32)
    scores[:, new] = readers @ guessed.T
    return scores


def among(scores: Floats, split: Split, new: np.typing.NDArray[np.bool_]) -> float:
    """The mean NDCG@20 with all but the new works left out."""
    only_new = np.where(new, scores, np.float32(-np.inf))
    return float(ranking.ndcg(ranking.best(only_new, DEPTH), split.relevant, DEPTH).mean())
