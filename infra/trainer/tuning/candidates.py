"""Every model that is compared: what it learns, how it reads a past, and which settings are tried."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models import factors, histories
from infra.trainer.models.ease import ease
from infra.trainer.models.neighbours import neighbours
from infra.trainer.models.popularity import popularity
from infra.trainer.models.sequence import sequence
from infra.trainer.splits import Split
from infra.trainer.tuning.search import Settings

RIDGES = (1.0, 3.0, 10.0, 30.0, 60.0, 100.0, 200.0, 300.0, 500.0, 800.0, 1500.0)
FADING = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.985, 1.0)
DROPOUTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
EVENNESS = (0.0, 0.25, 0.5, 0.75, 1.0)


class Candidate(NamedTuple):
    """``learn`` takes the settings that are not ``reading``; ``read`` answers readers × works."""

    name: str
    learn: Callable[[Log, Settings], Any]
    read: Callable[[Any, Split, Settings], Floats]
    start: Settings
    values: Mapping[str, tuple[float, ...]]
    reading: frozenset[str] = frozenset()


def _by_table(table: Floats, split: Split, settings: Settings) -> Floats:
    return histories.faded(split.past, split.readers, settings.get("fading", 1.0)) @ table


def _by_popularity(counts: Floats, split: Split, settings: Settings) -> Floats:
    return np.repeat(counts[None], len(split.readers), axis=0)


def _as_learned(learned: factors.Learned, split: Split, settings: Settings) -> Floats:
    return learned.readers[split.readers] @ learned.works.T


def _folded_in(learned: factors.Learned, split: Split, settings: Settings) -> Floats:
    past = histories.faded(split.past, split.readers, settings["fading"])
    return factors.fold_in(learned.works, past, settings["ridge"], settings["confidence"]) @ learned.works.T


def _als(log: Log, settings: Settings) -> factors.Learned:
    return factors.als(log, int(settings["factors"]), settings["ridge"], settings["confidence"])


def _bpr(log: Log, settings: Settings) -> factors.Learned:
    return factors.bpr(log, int(settings["factors"]), settings["rate"], settings["ridge"], int(settings["rounds"]))


ALS_VALUES = {
    "factors": (8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0),
    "ridge": (0.1, 1.0, 3.0, 10.0, 20.0, 40.0, 80.0, 160.0),
    "confidence": (0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
}
ALS_START = {"factors": 48.0, "ridge": 10.0, "confidence": 2.0}

POPULARITY = Candidate(
    "popularity",
    lambda log, told: popularity(log, told["half_life"]),
    _by_popularity,
    {"half_life": 0.0},
    {"half_life": (0.0, 365.0, 120.0, 60.0, 30.0, 14.0, 7.0, 3.0)},
)
BASELINES = (
    POPULARITY,
    Candidate(
        "item-kNN",
        lambda log, told: neighbours(log, int(told["count"]), told["shrink"]),
        _by_table,
        {"count": 100.0, "shrink": 10.0},
        {"count": (10.0, 20.0, 50.0, 100.0, 200.0, 400.0), "shrink": (0.0, 3.0, 10.0, 30.0, 100.0)},
    ),
    Candidate(
        "BPR",
        _bpr,
        _as_learned,
        {"factors": 64.0, "rate": 0.05, "ridge": 0.01, "rounds": 100.0},
        {
            "factors": (16.0, 32.0, 64.0, 128.0),
            "rate": (0.01, 0.02, 0.05, 0.1),
            "ridge": (0.001, 0.003, 0.01, 0.03, 0.1),
            "rounds": (50.0, 100.0, 200.0),
        },
    ),
    Candidate("ALS", _als, _as_learned, ALS_START, ALS_VALUES),
    Candidate("EASE", lambda log, told: ease(log, told["ridge"]), _by_table, {"ridge": 300.0}, {"ridge": RIDGES}),
    Candidate(
        "EDLAE",
        lambda log, told: ease(log, told["ridge"], told["dropout"]),
        _by_table,
        {"ridge": 100.0, "dropout": 0.3},
        {"ridge": RIDGES, "dropout": DROPOUTS},
    ),
)
"""What somebody would take instead."""

EASE = Candidate(
    "faded EDLAE",
    lambda log, told: ease(log, told["ridge"], told["dropout"], told["evenness"], told["reach"]),
    _by_table,
    {"fading": 0.93, "reach": 0.9, "ridge": 200.0, "dropout": 0.2, "evenness": 0.0},
    {"fading": FADING, "reach": FADING, "ridge": RIDGES, "dropout": DROPOUTS, "evenness": EVENNESS},
    frozenset({"fading"}),
)
SEQUENCE = Candidate(
    "sequential ridge",
    lambda log, told: sequence(log, told["ridge"], told["past"], told["ahead"], told["evenness"]),
    _by_table,
    {"fading": 0.9, "past": 0.85, "ahead": 0.7, "ridge": 300.0, "evenness": 0.0},
    {"fading": FADING, "past": FADING, "ahead": (0.0, *FADING), "ridge": RIDGES, "evenness": EVENNESS},
    frozenset({"fading"}),
)
FACTORS = Candidate(
    "faded ALS",
    _als,
    _folded_in,
    {"fading": 0.93, **ALS_START},
    {"fading": FADING, **ALS_VALUES},
    frozenset({"fading"}),
)
OUTLOOK = Candidate(
    "outlook",
    lambda log, told: sequence(log, told["ridge"], told["fading"], told["ahead"], told["evenness"]),
    _by_table,
    {},
    {},
)
"""Sequential ridge with a far horizon; tuned for newcomers, by ``newcomers``."""
PARTS = (EASE, SEQUENCE, FACTORS)
"""What the blend is made of."""
