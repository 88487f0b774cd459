"""Settings for one model, chosen on an inner split."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.metrics import ranking
from infra.trainer.models import histories
from infra.trainer.splits import Split
from infra.trainer.tuning.candidates import Candidate
from infra.trainer.tuning.search import BUDGET, Found, Settings, search

DEPTH = 10
"""Models are tuned for NDCG@10."""


def choose(candidate: Candidate, stages: Sequence[Split], budget: int = BUDGET) -> Found:
    """The settings with the best NDCG@10 on the inner split, the mean of its stages, which learn from the same rows."""
    learn = _remembered(candidate, stages[0])

    def reached(settings: Settings) -> float:
        learned = learn(settings)
        read = ((_with_strangers(candidate.read(learned, stage, settings), stage), stage) for stage in stages)
        return float(np.mean([judged(scores, stage) for scores, stage in read]))

    return search(candidate.start, candidate.values, reached, budget)


def judged(scores: Floats, split: Split) -> float:
    """The mean of ``gains``; 0 where nobody is asked."""
    return float(np.mean(gains(scores, split))) if len(split.readers) else 0.0


def gains(scores: Floats, split: Split) -> ranking.Figures:
    """Each reader's NDCG@10 by these scores, in which what was seen is -inf."""
    return ranking.ndcg(ranking.best(scores, DEPTH), split.relevant, DEPTH)


def answers(candidate: Candidate, settings: Settings, split: Split) -> Floats:
    """readers × works, learned from the split's training rows; what was seen is -inf.

    A reader without a past is answered by popularity: whoever runs any of these models does that.
    """
    return _with_strangers(candidate.read(candidate.learn(split.train, settings), split, settings), split)


def _with_strangers(scores: Floats, split: Split) -> Floats:
    strangers = ~np.isin(split.readers, split.past.reader)
    scores[strangers] = split.train.counts()
    answered: Floats = scores + histories.seen(split.past, split.readers)
    return answered


def _remembered(candidate: Candidate, inner: Split) -> Callable[[Settings], Any]:
    """Learns once for all settings that differ in how a past is read."""
    known: dict[Hashable, Any] = {}

    def learn(settings: Settings) -> Any:
        key = tuple(value for name, value in settings.items() if name not in candidate.reading)
        if key not in known:
            known.clear()
            known[key] = candidate.learn(inner.train, settings)
        return known[key]

    return learn
