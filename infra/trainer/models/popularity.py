"""The same for everyone: what most readers met."""

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log

DAY = 86_400.0


def popularity(log: Log, half_life_days: float = 0.0) -> Floats:
    """For each work the readers who met it; with a half-life, those of long ago count less."""
    if not half_life_days:
        return log.counts().astype(np.float32)
    age = (log.at.max() - log.at) / DAY
    return np.bincount(log.work, 0.5 ** (age / half_life_days), log.works).astype(np.float32)


def standing(counts: Floats) -> Floats:
    """Popularity as it is served: with mean 0 and deviation 1."""
    result: Floats = (counts - counts.mean()) / max(counts.std(), np.float32(1e-9))
    return result
