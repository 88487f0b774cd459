"""Our own engine: scores from the reader's recent events by the model that is live.

Loads numpy, so only the function that ranks imports it.
"""

from typing import Any

from chalicelib.core import clock
from chalicelib.recommend import memory, scoring
from chalicelib.recommend.engine import NOTHING, Asked, Ranked, Ranking


def recommend(asked: Asked) -> Ranking:
    """By the model in memory; nothing where there is none yet."""
    model = memory.model(asked.model)
    if model is None:
        return NOTHING
    if asked.about:
        named = scoring.similar(model, asked.about, asked.limit, asked.without)
        return Ranking(model.manifest.version, [Ranked(work_id) for work_id in named])
    return Ranking(model.manifest.version, _for_reader(model, asked))


def _for_reader(model: Any, asked: Asked) -> list[Ranked]:
    events = _events(model, asked)
    if not events:
        return []
    scores = scoring.score(model, events, asked.interests)
    if asked.among:
        return [Ranked(work_id) for work_id in scoring.rerank(model, scores, asked.among)[: asked.limit]]
    named = scoring.top(model, scores, asked.limit, asked.without)
    return [Ranked(work_id, because=scoring.because(model, scores, work_id) or "") for work_id in named]


def _events(model: Any, asked: Asked) -> list[tuple[int, float, float]]:
    """Of works that the model knows, and of kinds that it learned from: place, strength, and age in seconds."""
    now, strengths = clock.timestamp(), model.manifest.strengths
    return [
        (model.places[seen.work_id], strengths[seen.kind], now - clock.parse(seen.at).timestamp())
        for seen in asked.seen
        if seen.work_id in model.places and seen.kind in strengths
    ]
