"""The part of the blend: which settings are tried, how it learns, and that it reads a past as it is served."""

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.attention import Attention
from infra.trainer.attention.course import Course, Shape
from infra.trainer.log import Log
from infra.trainer.splits import Split
from infra.trainer.tuning.candidates import Candidate
from infra.trainer.tuning.search import Settings

EPOCHS = (10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 160.0)
REACH = 50
"""Works met last that it looks at."""


class Learner:
    """Learns from a log. Courses on the same log that were begun are gone on with where only more epochs are asked for:
    so a search that steps along epochs stops early, and pays for each once."""

    def __init__(self) -> None:
        self._log: Log | None = None
        self._courses: dict[Shape, Course] = {}

    def __call__(self, log: Log, settings: Settings) -> Attention:
        if log is not self._log:
            self._log, self._courses = log, {}
        shape = _shape(settings)
        if shape not in self._courses:
            self._courses[shape] = Course(log, shape, frozenset(map(int, EPOCHS)))
        return self._courses[shape].after(int(settings["epochs"]))


def read(learned: Attention, split: Split, settings: Settings) -> Floats:
    """By the arithmetic that is served."""
    rows, works = split.past.rows(), learned.weights.works
    standing = [learned.reader(rows[reader][-REACH:]) for reader in split.readers]
    scores: Floats = np.array(standing, np.float32).reshape(-1, works.shape[1]) @ works.T
    return scores


def _shape(settings: Settings) -> Shape:
    return Shape(
        int(settings["width"]),
        int(settings["layers"]),
        int(settings["heads"]),
        REACH,
        settings["dropout"],
        settings["rate"],
    )


ATTENTION = Candidate(
    "attention",
    Learner(),
    read,
    {"epochs": 80.0, "dropout": 0.3, "width": 64.0, "layers": 2.0, "heads": 2.0, "rate": 0.002},
    {"epochs": EPOCHS, "dropout": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)},
)
