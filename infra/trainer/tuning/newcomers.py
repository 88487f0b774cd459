"""What serves readers who have met little: the outlook, how far it is believed, and what interests add.

Tuned on readers left out of learning, after their first works, for all that they met after their first ten.
"""

from collections.abc import Callable

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.scores import BEND
from infra.trainer.log import Log
from infra.trainer.models import histories
from infra.trainer.models.popularity import standing
from infra.trainer.splits import Split, new_readers
from infra.trainer.tuning.candidates import FADING, OUTLOOK, RIDGES
from infra.trainer.tuning.choosing import judged
from infra.trainer.tuning.search import Settings, search

STAGES = (1, 2, 3, 5, 8, 10)
INNER = 41
"""Draws other readers than those that are asked in the end."""
START = {"fading": 0.97, "ahead": 0.97, "ridge": 1500.0, "evenness": 0.0, "doubt": 1.0}
VALUES = {
    "fading": FADING,
    "ahead": FADING,
    "ridge": (*RIDGES, 3000.0, 6000.0),
    "evenness": (0.0, 0.25, 0.5, 0.75, 1.0),
    "doubt": (0.1, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0),
}
INTERESTS = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Never nothing: what a reader declares is heard."""
DECLARED = 3
FEW = 10


def choose_newcomers(log: Log, features: Floats | None, subjects: int) -> Settings:
    """Best on average over the stages among settings that are nowhere worse than popularity. The first columns of
    ``features`` are subjects. Too few readers, and the settings are those of the start."""
    stages = [new_readers(log, known, seed=INNER) for known in STAGES]
    if len(stages[0].readers) < FEW:
        return {**START, "interest": INTERESTS[0]}
    found = search(START, VALUES, _objective(stages), budget=40).settings
    interest = _interest(log, features[:, :subjects]) if features is not None and subjects else INTERESTS[0]
    return {**found, "interest": interest}


def _objective(stages: list[Split]) -> Callable[[Settings], float]:
    """The mean NDCG@10, less ten times what any stage lacks to popularity's."""
    popular = [judged(_prior(stage) + histories.seen(stage.past, stage.readers), stage) for stage in stages]
    tables: dict[tuple[float, ...], Floats] = {}

    def reached(settings: Settings) -> float:
        key = tuple(value for name, value in settings.items() if name != "doubt")
        if key not in tables:
            tables.clear()
            tables[key] = OUTLOOK.learn(stages[0].train, settings)
        gains = [judged(answers(tables[key], stage, settings), stage) for stage in stages]
        lacking = max(0.0, *(less - gain for less, gain in zip(popular, gains, strict=True)))
        return float(np.mean(gains)) - 10 * lacking

    return reached


def answers(table: Floats, stage: Split, settings: Settings) -> Floats:
    """By the arithmetic of ``scoring.scores``; all of a stage's readers met the same number of works."""
    past = histories.faded(stage.past, stage.readers, settings["fading"])
    known = np.count_nonzero(past, axis=1)[:, None].astype(np.float32)
    trust = known / (known + np.float32(settings["doubt"]))
    outlook = histories.standard(past @ table)
    bent = outlook / (1 + np.abs(outlook) / BEND)
    answered: Floats = trust * bent + (1 - trust) * _prior(stage) + histories.seen(stage.past, stage.readers)
    return answered


def interests(log: Log, stage: Split, carried: Floats) -> list[list[int]]:
    """What readers might have declared: the subjects most frequent among their first ten works, by columns of
    ``carried``, works × subjects. These works are not asked for."""
    first = log.only(np.arange(len(log)) - log.starts()[log.reader] < 10)
    told = histories.faded(first, stage.readers) @ (carried > 0).astype(np.float32)
    return [list(map(int, row)) for row in np.argsort(-told, axis=1, kind="stable")[:, :DECLARED]]


def _interest(log: Log, carried: Floats) -> float:
    """What to add for works of a declared interest where nothing was met yet."""
    stage = new_readers(log, 0, seed=INNER)
    declared = np.zeros((len(stage.readers), carried.shape[1]), np.float32)
    for row, columns in enumerate(interests(log, stage, carried)):
        declared[row, columns] = 1
    matches = declared @ (carried > 0).astype(np.float32).T
    gains = {weight: judged(_prior(stage) + np.float32(weight) * matches, stage) for weight in INTERESTS}
    return max(gains, key=lambda weight: gains[weight])


def _prior(stage: Split) -> Floats:
    popularity = standing(stage.train.counts().astype(np.float32))
    return np.repeat(popularity[None], len(stage.readers), axis=0)
