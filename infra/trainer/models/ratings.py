"""Rating prediction: r̂ = μ + b_u + b_i + p_u · q_i, clipped to 0 … 5, fitted by gradient descent.

Minimises Σ (r − r̂)² + λ (b_u² + b_i² + |p_u|² + |q_i|²) over the ratings known (Koren, Bell, Volinsky, Computer 2009,
equation 5), in small batches: rows of a batch move together, which is stochastic gradient descent at numpy's speed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from chalicelib.recommend.scoring.arrays import Floats, Places

LOWEST, HIGHEST = 0.0, 5.0
BATCH = 1_000
SPREAD = 0.01
"""The standard deviation of factors before the first step."""


class Ratings(NamedTuple):
    """Who rated which work how."""

    readers: int
    works: int
    reader: Places
    work: Places
    value: Floats

    def only(self, kept: NDArray[np.bool_]) -> "Ratings":
        return self._replace(reader=self.reader[kept], work=self.work[kept], value=self.value[kept])


class Descent(NamedTuple):
    """How to descend. ``rate`` is the learning rate, ``ridge`` is λ."""

    rate: float
    factors: int
    ridge: float
    epochs: int


class Predictor(NamedTuple):
    """Biases are the last two columns of both sides, so that one product gives b_u + b_i + p_u · q_i: readers'
    [p, b, 1], works' [q, 1, b]."""

    mean: float
    readers: Floats
    works: Floats

    def predict(self, reader: Places, work: Places) -> Floats:
        """0 to 5."""
        raw = np.float32(self.mean) + np.einsum("ij,ij->i", self.readers[reader], self.works[work])
        clipped: Floats = np.clip(raw, LOWEST, HIGHEST)
        return clipped

    def rmse(self, ratings: Ratings) -> float:
        """The root of the mean squared error."""
        error = ratings.value - self.predict(ratings.reader, ratings.work)
        return float(np.sqrt(np.mean(error.astype(np.float64) ** 2)))


def descend(ratings: Ratings, how: Descent, seed: int = 19) -> Iterator[Predictor]:
    """The predictor after each epoch: the same object, further down."""
    generator = np.random.default_rng(seed)
    found = _start(ratings, how, generator)
    for _ in range(how.epochs):
        order = generator.permutation(len(ratings.value))
        batch = min(BATCH, max(1, len(order) // 10))
        for start in range(0, len(order), batch):
            _step(found, ratings, order[start : start + batch], how)
        yield found


def fit(ratings: Ratings, how: Descent, seed: int = 19) -> Predictor:
    """The predictor after the last epoch."""
    *_, found = descend(ratings, how, seed)
    return found


def _start(ratings: Ratings, how: Descent, generator: np.random.Generator) -> Predictor:
    readers = generator.normal(0, SPREAD, (ratings.readers, how.factors + 2)).astype(np.float32)
    works = generator.normal(0, SPREAD, (ratings.works, how.factors + 2)).astype(np.float32)
    readers[:, -2:] = 0, 1
    works[:, -2:] = 1, 0
    return Predictor(float(ratings.value.mean()), readers, works)


def _step(found: Predictor, ratings: Ratings, rows: Places, how: Descent) -> None:
    reader, work = ratings.reader[rows], ratings.work[rows]
    left, right = found.readers[reader], found.works[work]
    error = ratings.value[rows] - np.float32(found.mean) - np.einsum("ij,ij->i", left, right)
    rate, ridge = np.float32(how.rate), np.float32(how.ridge)
    _add(found.readers, reader, rate * (error[:, None] * right - ridge * left), constant=-1)
    _add(found.works, work, rate * (error[:, None] * left - ridge * right), constant=-2)


def _add(side: Floats, rows: Places, steps: Floats, constant: int) -> None:
    """Add each step to its row, however often a row comes; the column that is 1 stays 1."""
    steps[:, constant] = 0
    count = len(rows)
    scatter = csr_matrix((np.ones(count, np.float32), (rows, np.arange(count))), shape=(len(side), count))
    side += scatter @ steps
