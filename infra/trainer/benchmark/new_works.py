"""Works that nobody met while learning, ranked among themselves by what they are about."""

from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.splits import new_works
from infra.trainer.tuning.candidates import FACTORS
from infra.trainer.tuning.guessing import among, by_content, choose_all

FOLDS = 5


class NewWorks(NamedTuple):
    """NDCG@20 by content, by chance, and by the popularity that the works turned out to have."""

    content: float
    chance: float
    oracle: float


def measure(log: Log, features: Floats, subjects: int) -> NewWorks:
    """Each fifth of the works is new once; of them, all that a reader met are asked for. The mean of the five."""
    found = [_one(log, features, subjects, fold) for fold in tqdm(range(FOLDS), desc="new works", leave=False)]
    return NewWorks(*(float(each) for each in np.mean(found, axis=0)))


def _one(log: Log, features: Floats, subjects: int, fold: int) -> NewWorks:
    split, new = new_works(log, fold, FOLDS)
    known = np.flatnonzero(~new)
    train = split.train.with_works((np.cumsum(~new) - 1)[split.train.work], len(known))
    told = choose_all(train, features[known], subjects, FACTORS.start)
    shape = len(split.readers), log.works
    turned_out = np.broadcast_to(log.counts().astype(np.float32), shape)
    return NewWorks(
        among(by_content(split, new, features, told, subjects), split, new),
        among(np.random.default_rng(fold).random(shape).astype(np.float32), split, new),
        among(turned_out, split, new),
    )
