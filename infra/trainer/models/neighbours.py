"""Item-kNN: works are like the works that the same readers met (Sarwar et al., WWW 2001)."""

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models.histories import together


def neighbours(log: Log, count: int, shrink: float) -> Floats:
    """works × works: cosines, damped by ``shrink`` readers where few met both; only the ``count`` nearest of each
    column are kept."""
    both = together(log)
    alone = np.sqrt(np.diag(both))
    likeness = both / (np.outer(alone, alone) + np.float32(shrink) + np.float32(1e-9))
    np.fill_diagonal(likeness, 0)
    if count < log.works:
        least = np.partition(likeness, log.works - count, axis=0)[log.works - count]
        likeness[likeness < least] = 0
    kept: Floats = likeness
    return kept
