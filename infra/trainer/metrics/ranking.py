"""Whether what is relevant stands high. The whole catalogue is ranked, nothing is sampled."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.recommend.scoring.arrays import Floats, Places

Figures = NDArray[np.float64]


def ndcg(ranked: Places, relevant: Sequence[Places], depth: int) -> Figures:
    """For each reader, the sum of 1 / log2(1 + place) over hits, divided by what the best order would have had
    (Järvelin and Kekäläinen, TOIS 2002, with relevance 0 or 1)."""
    gains = 1 / np.log2(np.arange(2, depth + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gains)])
    best = np.array([ideal[min(depth, len(works))] for works in relevant])
    return np.asarray((hits(ranked[:, :depth], relevant) * gains[: ranked.shape[1]]).sum(axis=1) / best, np.float64)


def recall(ranked: Places, relevant: Sequence[Places], depth: int) -> Figures:
    """For each reader, the share of what is relevant that stands among the first."""
    found = hits(ranked[:, :depth], relevant).sum(axis=1)
    return np.asarray(found / np.array([len(works) for works in relevant]), np.float64)


def hits(ranked: Places, relevant: Sequence[Places]) -> NDArray[np.bool_]:
    """Which of each reader's ranked works are relevant."""
    found = [np.isin(row, works) for row, works in zip(ranked, relevant, strict=True)]
    return np.array(found, bool).reshape(ranked.shape)


def best(scores: Floats, depth: int) -> Places:
    """The works of each row with the highest scores, the highest first; -1 where only -inf is left."""
    depth = min(depth, scores.shape[1])
    found = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    values = np.take_along_axis(scores, found, axis=1)
    order = np.lexsort((found, -values), axis=1)
    ranked = np.take_along_axis(found, order, axis=1)
    return np.where(np.take_along_axis(values, order, axis=1) > -np.inf, ranked, -1)
