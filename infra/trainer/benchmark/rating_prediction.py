"""Rating prediction: cross-validated error on a log's ratings, and the small case that is all synthetic."""

from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from infra.trainer.log import Log
from infra.trainer.models.ratings import Descent, Predictor, Ratings, fit
from infra.trainer.tuning.descents import Curve, chosen, curve, fold_numbers, ratings_of

FOLDS = 5
HOW = Descent(rate=0.01, factors=100, ridge=0.08, epochs=50)
SMALL = Descent(rate=0.01, factors=8, ridge=0.05, epochs=120)


class Result(NamedTuple):
    """RMSE on ratings that were left out; of the mean of all, of biases alone, of the model; and the errors by which
    each fold's learning rate was chosen."""

    mean: float
    biases: float
    model: float
    rates: list[float]
    curve: Curve


def measure(log: Log) -> Result | None:
    """Five folds; in each, rate and epochs are chosen on a fifth of the other four. None where there are too few
    ratings."""
    ratings = ratings_of(log)
    return cross_validated(ratings, HOW, tried=1) if len(ratings.value) >= 100 else None


def small_case(readers: int = 50, works: int = 100, each: int = 10, seed: int = 23) -> Result:
    """50 readers rate 10 of 100 works each: tastes of three factors, biases, and noise, in half stars."""
    generator = np.random.default_rng(seed)
    reader = np.repeat(np.arange(readers), each)
    work = np.concatenate([generator.choice(works, each, replace=False) for _ in range(readers)])
    taste = generator.normal(0, 0.45, (readers, 3)), generator.normal(0, 0.45, (works, 3))
    bias = generator.normal(0, 0.4, readers)[reader] + generator.normal(0, 0.5, works)[work]
    raw = 3.2 + bias + np.sum(taste[0][reader] * taste[1][work], axis=1) + generator.normal(0, 0.4, len(reader))
    value = np.clip(np.round(raw * 2) / 2, 0, 5).astype(np.float32)
    return cross_validated(Ratings(readers, works, reader, work, value), SMALL, tried=FOLDS)


def cross_validated(ratings: Ratings, how: Descent, tried: int) -> Result:
    """``tried`` of five inner folds choose rate and epochs; the outer fold is looked at once, after that."""
    numbers = fold_numbers(ratings, FOLDS, seed=29)
    errors, rates, curves = [], [], []
    for fold in tqdm(range(FOLDS), desc="rating prediction", leave=False):
        rest, held = ratings.only(numbers != fold), ratings.only(numbers == fold)
        curves.append(curve(rest, how, FOLDS, tried))
        best = chosen(curves[-1], how)
        rates.append(best.rate)
        errors.append([_of_the_mean(rest, held), fit(rest, _biases(best)).rmse(held), fit(rest, best).rmse(held)])
    mean, biases, model = np.mean(errors, axis=0)
    return Result(float(mean), float(biases), float(model), rates, _averaged(curves))


def _biases(how: Descent) -> Descent:
    return how._replace(factors=0)


def _of_the_mean(rest: Ratings, held: Ratings) -> float:
    nothing = Predictor(
        float(rest.value.mean()), *(np.zeros((count, 1), np.float32) for count in (rest.readers, rest.works))
    )
    return nothing.rmse(held)


def _averaged(curves: list[Curve]) -> Curve:
    return {rate: [float(each) for each in np.mean([found[rate] for found in curves], axis=0)] for rate in curves[0]}
