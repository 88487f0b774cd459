"""From events to a score for every work."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.history import History, gather
from chalicelib.recommend.scoring.model import Model, Part

BEND = np.float32(3)
"""Deviations from the mean at which a newcomer's score is worth half of what it is: one work says much of few."""


class Scores(NamedTuple):
    """``values[place]`` orders works for this reader and means nothing else. ``spoken`` are the parts that took part,
    and what each one's scores were multiplied by."""

    values: Floats
    history: History
    spoken: tuple[tuple[Part, float], ...] = ()


class _Spread(NamedTuple):
    mean: np.float32
    scale: np.float32
    """1 ÷ the standard deviation."""


def score(model: Model, events: Sequence[tuple[int, float, float]], interests: Sequence[str] = ()) -> Scores:
    """(place of the work, weight, age in seconds) of each event, and subjects of the taxonomy, to scores.

    Who met no work is served what is popular, first of all in declared interests. A newcomer is served that and the
    outlook, which is believed k ÷ (k + doubt) after k works; a settled reader what comes next by the blend.
    """
    history = gather(events)
    if not len(history.works):
        return Scores(_prior(model, interests), history)
    if len(history.works) < model.manifest.settled:
        return _newcomer(model, history, interests)
    return _settled(model, history)


def _prior(model: Model, interests: Sequence[str]) -> Floats:
    prior = model.popularity.copy()
    for subject in interests:
        if (places := model.subjects.get(subject)) is not None:
            prior[places] += np.float32(model.manifest.interest)
    return prior


def _newcomer(model: Model, history: History, interests: Sequence[str]) -> Scores:
    values, scores = _by_factors(model, history), model.outlook.scores(history)
    spread = _spread(scores)
    values[: len(scores)] = _standardised(scores, spread)
    trust = np.float32(len(history.works) / (len(history.works) + model.manifest.doubt))
    values *= trust / (1 + np.abs(values) / BEND)
    values += (1 - trust) * _prior(model, interests)
    return Scores(values, history, ((model.outlook, float(spread.scale)),))


def _settled(model: Model, history: History) -> Scores:
    """Each part at deviation 1 over the works that it has, then summed by shares, and the sum standardised."""
    values, spoken = _by_factors(model, history), []
    summed = values[: model.tabled]
    summed *= np.float32(model.factors.share)
    for part in model.parts:
        scores = part.scores(history)
        scale = np.float32(part.share) * _spread(scores).scale
        scores *= scale
        summed += scores
        spoken.append((part, float(scale)))
    for attention in model.attention:
        scores = attention.scores(history)
        scores *= np.float32(attention.share) * _spread(scores).scale
        summed += scores
    _standardised(summed, _spread(summed))
    return Scores(values, history, tuple(spoken))


def _by_factors(model: Model, history: History) -> Floats:
    """Standardised over the works that the tables have. What these do not know is placed by factors alone, on the same
    scale."""
    values = model.factors.scores(history)
    return _standardised(values, _spread(values[: model.tabled]))


def _spread(scores: Floats) -> _Spread:
    """``mean()`` and ``std()`` give the same, and take several times as long."""
    count = np.float32(len(scores))
    mean = scores.sum() / count
    variance = np.dot(scores, scores) / count - mean * mean
    return _Spread(mean, np.float32(1) / np.sqrt(max(variance, np.float32(1e-12))))


def _standardised(scores: Floats, spread: _Spread) -> Floats:
    """In place."""
    scores -= spread.mean
    scores *= spread.scale
    return scores
