"""Whether a new model may take the place of the live one.

Both are asked for what readers did after the live one last learned. The new model learned that, too, so for this it is
fitted again on what came before, by the same plan: neither has seen what is asked for.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from chalicelib.core import clock
from chalicelib.recommend.scoring import Model
from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.benchmark.comparison import build
from infra.trainer.catalogue import Catalogue
from infra.trainer.fitting import ALONE, Means
from infra.trainer.metrics import ranking
from infra.trainer.serving import serve
from infra.trainer.splits import Split, after, some_of
from infra.trainer.tuning.plan import Plan

ENOUGH = 100
"""Readers who did something since: of fewer, chance would decide."""
MOST = 20_000
"""Of more readers, so many are drawn."""
TOLERANCE = 0.98
"""What share of the live model's quality a new one must have, for the figures are noisy and the data move on."""

NOTHING_LIVE = "nothing is live"


class Verdict(NamedTuple):
    """Whether it is promoted, and why."""

    promoted: bool
    why: str


@dataclass(frozen=True)
class Candidate:
    """A model that was trained: from what, how, and how it did beside popularity."""

    catalogue: Catalogue
    plan: Plan
    features: Floats | None
    metrics: dict[str, float]
    means: Means = ALONE


def compare(candidate: Candidate, live: Model | None) -> Verdict:
    """With nothing live, or too little since, it must be better than popularity."""
    if live is None:
        return _beside_popularity(candidate, NOTHING_LIVE)
    moment = clock.parse(live.manifest.window.last).timestamp()
    split = after(candidate.catalogue.log, moment)
    if len(split.readers) < ENOUGH:
        return _beside_popularity(candidate, f"only {len(split.readers)} readers since the live model learned")
    split = some_of(split, MOST)
    earlier = replace(candidate.catalogue, log=split.train)
    whole = candidate.means.whole(candidate.plan, moment)
    rehearsed = build(earlier, candidate.plan, candidate.features, whole)
    new, old = (_quality(model, split, candidate.catalogue) for model in (rehearsed, live))
    return Verdict(new >= TOLERANCE * old, f"NDCG@10 {new:.4f}, the live model's {old:.4f}")


def _beside_popularity(candidate: Candidate, because: str) -> Verdict:
    if not candidate.metrics:
        return Verdict(because == NOTHING_LIVE, f"{because}; too few readers to be compared with popularity")
    ours, popularity = candidate.metrics["ndcg10"], candidate.metrics["ndcg10_popularity"]
    return Verdict(ours >= popularity, f"{because}; NDCG@10 {ours:.4f}, popularity's {popularity:.4f}")


def _quality(model: Model, split: Split, catalogue: Catalogue) -> float:
    ranked = serve(model, split, [work.work_id for work in catalogue.works])
    return float(np.mean(ranking.ndcg(ranked, split.relevant, 10)))
