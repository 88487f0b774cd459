"""All that is chosen before a model is fitted."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models import histories
from infra.trainer.splits import Split, Way
from infra.trainer.tuning.candidates import EASE, FACTORS, PARTS, POPULARITY, SEQUENCE
from infra.trainer.tuning.choosing import choose, judged
from infra.trainer.tuning.search import Settings, search

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
DOUBTS = (0.0, 0.3, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 40.0)
NAMES = (EASE.name, SEQUENCE.name, FACTORS.name)


class Plan(NamedTuple):
    """Settings of each part, their shares in the blend, and of works without readers."""

    popularity: Settings
    ease: Settings
    sequence: Settings
    factors: Settings
    shares: Settings
    doubt: float
    content: Settings
    interest: float = 1.0


CONTENT = {"ridge": 1.0, "subjects": 0.5, "evidence": 10.0}


def make_plan(log: Log, way: Way) -> Plan:
    """Tuned part by part on an inner split of the log, made the same way; then the blend, on the same split."""
    inner = way(log)
    popularity = choose(POPULARITY, inner).settings
    chosen = [choose(part, inner).settings for part in tqdm(PARTS, desc="tuning parts", leave=False)]
    shares, doubt = _blend(inner, popularity, chosen)
    return Plan(popularity, *chosen, shares, doubt, CONTENT)


def _blend(inner: Split, popularity: Settings, chosen: list[Settings]) -> tuple[Settings, float]:
    """Shares and doubt, by the arithmetic of ``scoring.scores`` for all readers at once."""
    parts = {
        part.name: histories.standard(part.read(part.learn(inner.train, settings), inner, settings))
        for part, settings in zip(PARTS, chosen, strict=True)
    }
    prior = standing(POPULARITY.learn(inner.train, popularity))
    unseen = histories.seen(inner.past, inner.readers)
    known = np.bincount(inner.past.reader, minlength=inner.past.readers)[inner.readers].astype(np.float32)
    mix = _mixer(parts, prior, known)
    start = {**dict.fromkeys(parts, 0.4), "doubt": 1.0}
    values = {**dict.fromkeys(parts, SHARES), "doubt": DOUBTS}
    found = search(start, values, lambda settings: judged(mix(settings) + unseen, inner), budget=40)
    return {name: found.settings[name] for name in parts}, found.settings["doubt"]


def _mixer(parts: dict[str, Floats], prior: Floats, known: Floats) -> Callable[[Settings], Floats]:
    def mix(settings: Settings) -> Floats:
        blend = sum((np.float32(settings[name]) * part for name, part in parts.items()), np.zeros_like(prior))
        trust = (known / np.maximum(known + np.float32(settings["doubt"]), np.float32(1e-9)))[:, None]
        mixed: Floats = trust * histories.standard(blend) + (1 - trust) * prior
        return mixed

    return mix


def standing(popularity: Floats) -> Floats:
    """Popularity as it is served: its logarithm, with mean 0 and deviation 1."""
    logs = np.log1p(popularity).astype(np.float32)
    result: Floats = (logs - logs.mean()) / max(logs.std(), np.float32(1e-9))
    return result
