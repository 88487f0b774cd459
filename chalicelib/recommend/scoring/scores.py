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
    trust = np.float32(known / (known + model.manifest.doubt))
    blend, scales = _blend(model, history)
    return Scores(trust * blend + (1 - trust) * prior, history, scales)


def _prior(model: Model, interests: Sequence[str]) -> Floats:
    prior = model.popularity.copy()
    for subject in interests:
        if (places := model.subjects.get(subject)) is not None:
            prior[places] += np.float32(model.manifest.interest)
    return prior


def _blend(model: Model, history: History) -> tuple[Floats, tuple[float, ...]]:
    """Each part standardised over the works that it has, then summed by shares, and the sum standardised. What only
    the factors know is placed by them, on the same scale."""
    factors, tables = model.factors.scores(history), _tables(model)
    blend, _ = _standard(factors, tables)
    summed, scales = blend[:tables] * np.float32(model.factors.share), []
    for part in model.parts:
        scores, scale = _standard(part.scores(history), tables)
        summed += np.float32(part.share) * scores
        scales.append(part.share * scale)
    blend[:tables], _ = _standard(summed, tables)
    return blend, tuple(scales)


def _tables(model: Model) -> int:
    """How many works the tables have, from the first."""
    return min(part.table.size for part in model.parts) if model.parts else model.manifest.factors.met


def _standard(scores: Floats, over: int) -> tuple[Floats, float]:
    """With mean 0 and deviation 1 over the first works, and what it was multiplied by."""
    mean = scores[:over].mean()
    centred = scores - mean
    deviation = np.sqrt(np.dot(centred[:over], centred[:over]) / np.float32(over))
    scale = np.float32(1) / max(deviation, np.float32(1e-12))
    return centred * scale, float(scale)


