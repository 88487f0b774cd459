"""A reader's recent events, as every part of a model takes them."""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places


class Event(NamedTuple):
    """``work`` is its place in the model, ``weight`` 0 to 1, ``age`` seconds until now."""

    work: int
    weight: float
    age: float


class History(NamedTuple):
    """Works met, the latest first, each once."""

    works: Places
    weights: Floats

    def faded(self, rate: float) -> Floats:
        """Weights multiplied by ``rate`` for each work that was met since."""
        return self.weights * np.float32(rate) ** np.arange(len(self.works), dtype=np.float32)


def gather(events: Sequence[tuple[int, float, float]]) -> History:
    """Each work as of its latest event, with its greatest weight. Of equal age, what comes later happened later."""
    met: dict[int, float] = {}
    backwards = events[::-1]
    for work, weight, _ in sorted(backwards, key=itemgetter(2)):
        if weight > met.get(work, 0.0):
            met[work] = weight
    works = np.fromiter(met, np.intp, len(met))
    return History(works, np.fromiter(met.values(), np.float32, len(met)))
