"""What is learned from, and what is asked for then. No model ever sees a row that is asked for.

Models are tuned on a split of the training rows, made in the same way: the inner split.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recommend.scoring.arrays import Places
from infra.trainer.log import Log


class Split(NamedTuple):
    """Learn from ``train``; then, for each of ``readers``, rank all works without those in ``past`` and find
    ``relevant``."""

    train: Log
    past: Log
    readers: Places
    relevant: list[Places]


def last_out(log: Log) -> Split:
    """Each reader's last work, of all who met three or more."""
    starts = log.starts()
    long = np.flatnonzero(np.diff(starts) >= 3)
    last = starts[long + 1] - 1
    return _asking_for(log, np.isin(np.arange(len(log)), last))


def last_three(log: Log) -> list[Split]:
    """The last three works of each reader, one after the other: learned from what came before all three, asked with
    what came before each. One work a reader is too few to tell similar settings apart. Two are always left to learn."""
    starts = log.starts()
    held = np.clip(np.diff(starts) - 2, 0, 3)
    left = starts[log.reader + 1] - np.arange(len(log))
    train = log.only(left > held[log.reader])
    stages = []
    for number in (3, 2, 1):
        asked = held[log.reader] >= number
        past = log.only(asked & (left > number))
        stages.append(Split(train, past, *_answers(log, asked & (left == number))))
    return stages


def at_random(log: Log, share: float = 0.2, seed: int = 7) -> Split:
    """A fifth of each reader's works, drawn by chance; one at least of three or more."""
    draws = np.random.default_rng(seed).random(len(log))
    asked = np.zeros(len(log), bool)
    for start, end in pairwise(log.starts()):
        count = max(int((end - start) * share), int(end - start >= 3))
        asked[start + np.argsort(draws[start:end])[:count]] = True
    return _asking_for(log, asked)


def by_time(log: Log, share: float = 0.2) -> Split:
    """The last fifth of all interactions, of whoever made them, whether known before or not."""
    moment = np.quantile(log.at, 1 - share)
    return _asking_for(log, log.at >= moment)


def after(log: Log, moment: float) -> Split:
    """All interactions after that moment, in seconds since 1970, of readers who were known by then."""
    later = log.at > moment
    known = np.zeros(log.readers, bool)
    known[log.reader[~later]] = True
    past = log.only(~later)
    return Split(past, past, *_answers(log, later & known[log.reader]))


def some_of(split: Split, most: int, seed: int = 17) -> Split:
    """The same, with at most so many readers asked, drawn by chance."""
    if len(split.readers) <= most:
        return split
    drawn = np.sort(np.random.default_rng(seed).choice(len(split.readers), most, replace=False))
    return split._replace(readers=split.readers[drawn], relevant=[split.relevant[place] for place in drawn])


def new_readers(log: Log, known: int, beyond: int = 10, share: float = 0.2, seed: int = 11) -> Split:
    """A fifth of the readers, unknown while learning: asked after their first ``known`` works for all that they met
    after their first ``beyond``."""
    chosen = np.random.default_rng(seed).random(log.readers) < share
    place = np.arange(len(log)) - log.starts()[log.reader]
    theirs = chosen[log.reader]
    asked = theirs & (place >= beyond)
    readers, relevant = _answers(log, asked)
    return Split(log.only(~theirs), log.only(theirs & (place < known)), readers, relevant)


def new_works(log: Log, fold: int = 0, count: int = 5, seed: int = 13) -> tuple[Split, NDArray[np.bool_]]:
    """One of five parts of the works, unknown while learning; and which they are."""
    new = np.random.default_rng(seed).permutation(log.works) % count == fold
    return _asking_for(log, new[log.work]), new


def _asking_for(log: Log, asked: NDArray[np.bool_]) -> Split:
    readers, relevant = _answers(log, asked)
    rest = log.only(~asked)
    return Split(rest, rest, readers, relevant)


def _answers(log: Log, asked: NDArray[np.bool_]) -> tuple[Places, list[Places]]:
    wanted = log.only(asked).rows()
    readers = np.array([reader for reader, works in enumerate(wanted) if len(works)], np.intp)
    return readers, [wanted[reader] for reader in readers]


class Way(NamedTuple):
    """How to split: to ask in the end, and, of what may be learned from, to tune."""

    outer: Callable[[Log], Split]
    inner: Callable[[Log], list[Split]]


NEXT_WORK = Way(last_out, last_three)
RANDOM_FIFTH = Way(at_random, lambda log: [at_random(log)])
LAST_FIFTH = Way(by_time, lambda log: [by_time(log)])
