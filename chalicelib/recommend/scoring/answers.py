"""From scores to works: the best, a list in order, what is like a work, and what spoke for it."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.model import Model
from chalicelib.recommend.scoring.scores import Scores


def top(model: Model, scores: Scores, limit: int, without: Iterable[str] = ()) -> list[str]:
    """The best works, the best first, without what the reader met and without these ids."""
    values = scores.values.copy()
    values[scores.history.works] = -np.inf
    values[model.known(without)] = -np.inf
    return [model.ids[place] for place in best(values, limit)]


def best(values: Floats, limit: int) -> list[int]:
    """The places of the highest values, the highest first; of equal ones, the first. What is -inf is left out."""
    if limit < 1:
        return []
    found = np.flatnonzero(values >= _least(values, limit))
    ordered = found[np.argsort(-values[found], kind="stable")[:limit]]
    places: list[int] = ordered[values[ordered] > -np.inf].tolist()
    return places


def _least(values: Floats, limit: int) -> np.float32:
    """A value that at least ``limit`` others reach, found among a sixteenth of all: what is left to sort is little, and
    that is faster than to partition all."""
    sample = values[:: 16 if len(values) > 32 * limit else 1]
    rank = max(len(sample) - limit, 0)
    least: np.float32 = np.partition(sample, rank)[rank] if len(sample) else np.float32(0)
    return least


def rerank(model: Model, scores: Scores, work_ids: Sequence[str]) -> list[str]:
    """These works, the best first. What the model does not know stays in its order, behind them."""
    known = [work_id for work_id in work_ids if work_id in model.places]
    known.sort(key=lambda work_id: -float(scores.values[model.places[work_id]]))
    return known + [work_id for work_id in work_ids if work_id not in model.places]


def similar(model: Model, work_id: str, limit: int, without: Collection[str] = ()) -> list[str]:
    """Works that the same readers would care for: by the cosine of factors, so that new works are found, too. Nothing
    where the model does not know the work."""
    place = model.places.get(work_id)
    if place is None:
        return []
    values = model.factors.unit @ model.factors.unit[place]
    values[model.known({work_id, *without})] = -np.inf
    return [model.ids[found] for found in best(values, limit)]


def because(model: Model, scores: Scores, work_id: str) -> str | None:
    """The work met that spoke most for this one, or None where none did: then it is shown for its popularity."""
    history, about = scores.history, model.places[work_id]
    if not len(history.works):
        return None
    spoken = _by_factors(model, scores, about)
    inside = history.works < model.tabled
    if about < model.tabled:
        for part, scale in scores.spoken:
            said = part.table.said(np.where(inside, history.works, 0), about) * history.faded(part.fading)
            spoken += np.where(inside, said * np.float32(scale), np.float32(0))
    most = int(spoken.argmax())
    return model.ids[history.works[most]] if spoken[most] > 0 else None


def _by_factors(model: Model, scores: Scores, about: int) -> Floats:
    """Likeness as far as it is there, by the factors' share: it decides where the tables do not know the work."""
    unit, history = model.factors.unit, scores.history
    likeness = unit[history.works] @ unit[about]
    spoken: Floats = likeness * history.faded(model.factors.fading) * np.float32(model.factors.share)
    return spoken
