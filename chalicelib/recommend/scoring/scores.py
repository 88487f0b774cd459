"""From events to a score for every work."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.history import History, gather
from chalicelib.recommend.scoring.model import Model


class Scores(NamedTuple):
    """``values[place]`` orders works for this reader and means nothing else; ``scales`` are what each part's was
    multiplied by, for ``because``."""

    values: Floats
    history: History
    scales: tuple[float, ...]


def score(model: Model, events: Sequence[tuple[int, float, float]], interests: Sequence[str] = ()) -> Scores:
    """(place of the work, weight, age in seconds) of each event, and subjects of the taxonomy, to scores.

    The blend is believed as far as there is history: k ÷ (k + doubt) for k works met. The rest is popularity, raised
    for works of declared interests. So nobody is served worse than by popularity for having done little.
    """
    history = gather(events)
    known = len(history.works)
    prior = _prior(model, interests)
    if not known:
        return Scores(prior, history, (0.0,) * len(model.parts))
    blend, scales = _blend(model, history)
    trust = np.float32(known / (known + model.manifest.doubt))
    blend *= trust
    prior *= 1 - trust
    blend += prior
    return Scores(blend, history, scales)


def _prior(model: Model, interests: Sequence[str]) -> Floats:
    prior = model.popularity.copy()
    for subject in interests:
        if (places := model.subjects.get(subject)) is not None:
            prior[places] += np.float32(model.manifest.interest)
    return prior


def _blend(model: Model, history: History) -> tuple[Floats, tuple[float, ...]]:
    """Each part at deviation 1 over the works that it has, then summed by shares, and the sum standardised. What only
    the factors know is placed by them, on the same scale."""
    blend, tables = model.factors.scores(history), _tables(model)
    _standardise(blend[tables:], *_spread(blend[:tables]))
    summed, scales = blend[:tables], []
    summed *= np.float32(model.factors.share) * _spread(summed).scale
    for part in model.parts:
        scores = part.scores(history)
        scales.append(np.float32(part.share) * _spread(scores).scale)
        scores *= scales[-1]
        summed += scores
    _standardise(summed, *_spread(summed))
    return blend, tuple(float(scale) for scale in scales)


def _tables(model: Model) -> int:
    """How many works the tables have, from the first."""
    return min(part.table.size for part in model.parts) if model.parts else model.manifest.factors.met


class _Spread(NamedTuple):
    mean: np.float32
    scale: np.float32
    """1 ÷ the standard deviation."""


def _spread(scores: Floats) -> _Spread:
    mean = scores.mean()
    variance = np.dot(scores, scores) / np.float32(len(scores)) - mean * mean
    return _Spread(mean, np.float32(1) / np.sqrt(max(variance, np.float32(1e-12))))


def _standardise(scores: Floats, mean: np.float32, scale: np.float32) -> None:
    """In place."""
    scores -= mean
    scores *= scale
