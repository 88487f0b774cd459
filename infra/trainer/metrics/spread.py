"""Whom a ranking shows: how much of the catalogue, how novel, how popular, and which authors."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from chalicelib.recommend.scoring.arrays import Places
from infra.trainer.metrics.ranking import Figures


def coverage(ranked: Places, works: int) -> float:
    """The share of the catalogue that anybody was shown."""
    return len(np.unique(ranked[ranked >= 0])) / works


def novelty(ranked: Places, counts: Places, readers: int) -> float:
    """The mean of -log2 of the share of readers who met the work (self-information; Zhou et al., PNAS 2010). A work
    that nobody met counts as one met once."""
    shares = np.maximum(counts, 1) / max(readers, 1)
    return float(-np.log2(shares[ranked[ranked >= 0]]).mean())


def popularity_bias(ranked: Places, counts: Places, met: Sequence[Places]) -> float:
    """How popular what is shown is, divided by how popular what readers chose themselves was: 1 is no bias."""
    chosen = np.concatenate([counts[works] for works in met if len(works)])
    return float(counts[ranked[ranked >= 0]].mean() / max(chosen.mean(), 1e-9))


def author_exposure(ranked: Places, authors: Sequence[Sequence[str]]) -> float:
    """The Gini coefficient of how often each author was shown: 0 is all alike, 1 is one alone. Places count by
    1 / log2(1 + place), as readers look."""
    attention = 1 / np.log2(np.arange(2, ranked.shape[1] + 2))
    shown: dict[str, float] = defaultdict(float, {name: 0.0 for names in authors for name in names})
    for row in ranked:
        for work, weight in zip(row, attention, strict=True):
            for name in authors[work] if work >= 0 else ():
                shown[name] += weight / len(authors[work])
    return gini(np.array(list(shown.values())))


def gini(amounts: Figures) -> float:
    """0 where all have the same, near 1 where one has all, NaN where nobody has anything."""
    ordered = np.sort(amounts)
    count, total = len(ordered), ordered.sum()
    if not count or total <= 0:
        return float("nan")
    return float((2 * np.arange(1, count + 1) - count - 1) @ ordered / (count * total))
