"""Ranking for the readers of a split by the very functions that the platform serves with."""

from collections.abc import Mapping, Sequence

import numpy as np
from tqdm import tqdm

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.arrays import Places
from infra.trainer.splits import Split

DEPTH = 20
REMEMBERED = 100
"""How many of the latest events the platform remembers of a reader."""


def serve(
    model: scoring.Model,
    split: Split,
    ids: Sequence[str],
    remembered: int | None = REMEMBERED,
    interests: Mapping[int, Sequence[str]] | None = None,
) -> Places:
    """readers × 20 works by their numbers in the log, -1 where there are no more. All that a reader met is left out,
    however long ago."""
    number = {work_id: place for place, work_id in enumerate(ids)}
    starts = split.past.starts()
    ranked = np.full((len(split.readers), DEPTH), -1, np.intp)
    for row, reader in enumerate(tqdm(split.readers, desc="serving", leave=False)):
        rows = slice(starts[reader], starts[reader + 1])
        met = [ids[work] for work in split.past.work[rows]]
        events = _events(model, met, split, rows)[-remembered if remembered else None :]
        scores = scoring.score(model, events, (interests or {}).get(int(reader), ()))
        found = [number[work_id] for work_id in scoring.top(model, scores, DEPTH, met)]
        ranked[row, : len(found)] = found
    return ranked


def _events(model: scoring.Model, met: Sequence[str], split: Split, rows: slice) -> list[scoring.Event]:
    now = split.past.at[rows].max(initial=0.0)
    told = zip(met, split.past.strength[rows].tolist(), split.past.at[rows].tolist(), strict=True)
    return [
        scoring.Event(model.places[work_id], strength, now - at)
        for work_id, strength, at in told
        if work_id in model.places
    ]
