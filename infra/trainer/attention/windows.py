"""Readers' pasts cut into windows of one length, for learning in batches."""

from collections.abc import Iterator

import numpy as np

from chalicelib.recommend.scoring.arrays import Places
from infra.trainer.log import Log

NOBODY = -1
"""Where a window is longer than what a reader met before."""


def windows(log: Log, reach: int, most: int, generator: np.random.Generator) -> tuple[Places, Places]:
    """windows × reach, twice: works met, the latest last; and what followed each. Every row of the log but each
    reader's first follows in exactly one window; where windows begin is drawn anew each time. ``most`` windows, drawn
    by chance, of longer logs."""
    cuts = [cut for reader in _readers(log) for cut in _cuts(*reader, reach, generator)]
    order = generator.permutation(len(cuts))[:most]
    met, following = np.full((2, len(order), reach), NOBODY, np.intp)
    for row, (first, begin, end) in enumerate(cuts[place] for place in order):
        start = max(first, end - reach)
        met[row, reach - (end - start) :] = log.work[start:end]
        following[row, reach - (end - begin) :] = log.work[begin + 1 : end + 1]
    return met, following


def _readers(log: Log) -> Iterator[tuple[int, int]]:
    """Each reader's first row and last row, of those who have two."""
    starts = log.starts()
    for first, last in zip(starts[:-1].tolist(), (starts[1:] - 1).tolist(), strict=True):
        if last > first:
            yield first, last


def _cuts(first: int, last: int, reach: int, generator: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """The reader's first row, and from which row to which the following ones are asked for."""
    begin, end = first, min(last, first + int(generator.integers(1, reach + 1))) if last - first > reach else last
    while begin < last:
        yield first, begin, end
        begin, end = end, min(last, end + reach)
