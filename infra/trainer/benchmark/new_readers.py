"""Readers whom the model has never seen, after 0 to 10 works: compared with popularity, exploration off."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.trainer.benchmark.comparison import build
from infra.trainer.catalogue import Catalogue
from infra.trainer.log import Log
from infra.trainer.metrics import ranking
from infra.trainer.models import histories
from infra.trainer.serving import serve
from infra.trainer.splits import Split, new_readers
from infra.trainer.tuning.newcomers import interests
from infra.trainer.tuning.plan import Plan

BEYOND = 10


class NewReaders(NamedTuple):
    """NDCG@10 after k works, k being the place in the list: ours, popularity, and ours with three declared interests:
    the subjects most frequent among a reader's first ten works, which are not asked for."""

    ours: list[float]
    popularity: list[float]
    declared: list[float]

    @property
    def least_ratio(self) -> float:
        """Ours ÷ popularity at the k where that is least."""
        return min(ours / other for ours, other in zip(self.ours, self.popularity, strict=True))


def measure(catalogue: Catalogue, plan: Plan, features: Floats) -> NewReaders | None:
    """All that readers met after their first ten works is asked for. None where nobody met so many. The plan must
    have been made without these readers: ``without``."""
    stages = [new_readers(catalogue.log, known) for known in range(BEYOND + 1)]
    if not len(stages[0].readers):
        return None
    model = build(replace(catalogue, log=stages[0].train), plan, features)
    ids = [work.work_id for work in catalogue.works]
    declared = _declared(catalogue, stages[0], features)
    found = NewReaders([], [], [])
    for split in tqdm(stages, desc="new readers", leave=False):
        found.ours.append(_gain(serve(model, split, ids), split))
        found.popularity.append(_gain(_by_popularity(split), split))
        found.declared.append(_gain(serve(model, split, ids, interests=declared), split))
    return found


def without(log: Log) -> Log:
    """What may be learned from, and tuned on."""
    return new_readers(log, 0).train


def _by_popularity(split: Split) -> Places:
    return ranking.best(split.train.counts().astype(np.float32) + histories.seen(split.past, split.readers), 20)


def _gain(ranked: Places, split: Split) -> float:
    return float(ranking.ndcg(ranked, split.relevant, 10).mean())


def _declared(catalogue: Catalogue, split: Split, features: Floats) -> dict[int, list[str]]:
    names = catalogue.subjects
    if not names:
        return {}
    columns = interests(catalogue.log, split, features[:, : len(names)])
    told = zip(split.readers, columns, strict=True)
    return {int(reader): [names[column] for column in row] for reader, row in told}
