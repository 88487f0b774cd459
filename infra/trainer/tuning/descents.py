"""The learning rate of rating prediction, chosen by cross-validation."""

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Places
from infra.trainer.log import Log
from infra.trainer.models.ratings import Descent, Ratings, descend

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)

Curve = dict[float, list[float]]
"""Learning rate → RMSE after each epoch, the mean of the folds."""


def ratings_of(log: Log) -> Ratings:
    """The rows that carry a rating."""
    rated = log.only(~np.isnan(log.rating))
    return Ratings(log.readers, log.works, rated.reader, rated.work, rated.rating)


def fold_numbers(ratings: Ratings, count: int, seed: int = 17) -> Places:
    """A fold for each rating, by chance."""
    return (np.random.default_rng(seed).permutation(len(ratings.value)) % count).astype(np.intp)


def curve(ratings: Ratings, how: Descent, folds: int = 5, tried: int | None = None) -> Curve:
    """RMSE on the fold that was left out, for each rate and epoch; ``tried`` looks at so many of the folds only."""
    numbers = fold_numbers(ratings, folds)
    found: Curve = {}
    for rate in tqdm(RATES, desc="learning rates", leave=False):
        runs = [_errors(ratings, numbers == fold, how._replace(rate=rate)) for fold in range(tried or folds)]
        found[rate] = [float(each) for each in np.mean(runs, axis=0)]
    return found


def chosen(found: Curve, how: Descent) -> Descent:
    """The rate and the number of epochs with the least error."""
    rate = min(found, key=lambda each: min(found[each]))
    return how._replace(rate=rate, epochs=int(np.argmin(found[rate])) + 1)


def _errors(ratings: Ratings, left_out: NDArray[np.bool_], how: Descent) -> list[float]:
    held = ratings.only(left_out)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = [found.rmse(held) for found in descend(ratings.only(~left_out), how)]
    return [error if np.isfinite(error) else float("inf") for error in errors]
