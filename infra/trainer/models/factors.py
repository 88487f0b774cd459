"""Factors of readers and works, by `implicit`: alternating least squares, and pairwise ranking."""

from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models.histories import matrix

SEED = 5


class Learned(NamedTuple):
    """readers × factors, works × factors."""

    readers: Floats
    works: Floats


def als(log: Log, factors: int, ridge: float, confidence: float, rounds: int = 15) -> Learned:
    """Implicit-feedback ALS (Hu, Koren, Volinsky, ICDM 2008): a work met counts 1 + ``confidence`` × strength, one not
    met counts 1."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=factors,
        regularization=ridge,
        alpha=1.0,
        iterations=rounds,
        num_threads=1,
        random_state=SEED,
    )
    model.fit(matrix(log, 1 + confidence * log.strength), show_progress=False)
    return Learned(model.user_factors, model.item_factors)


def bpr(log: Log, factors: int, rate: float, ridge: float, rounds: int) -> Learned:
    """Bayesian personalised ranking (Rendle et al., UAI 2009), by stochastic gradient descent."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(
        factors=factors,
        learning_rate=rate,
        regularization=ridge,
        iterations=rounds,
        num_threads=1,
        random_state=SEED,
    )
    model.fit(matrix(log, log.strength), show_progress=False)
    return Learned(model.user_factors, model.item_factors)


def fold_in(works: Floats, histories: Floats, ridge: float, confidence: float) -> Floats:
    """Readers' factors from their faded pasts, one least-squares problem each: what serving does."""
    gram = works.T @ works
    gram.flat[:: len(gram) + 1] += np.float32(ridge)
    found = np.zeros((len(histories), works.shape[1]), np.float32)
    for row, history in enumerate(histories):
        met = np.flatnonzero(history)
        own, weights = works[met], history[met]
        seen = gram + np.float32(confidence) * (own.T * weights) @ own
        found[row] = np.linalg.solve(seen, np.float32(1 + confidence) * (weights @ own))
    return found
