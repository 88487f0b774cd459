"""Nothing that is asked for is learned from."""

import numpy as np
import pytest

from infra.trainer import splits
from infra.trainer.log import Log
from infra.trainer.splits import Split


@pytest.fixture
def log() -> Log:
    generator = np.random.default_rng(0)
    rows = [(reader, work) for reader in range(30) for work in generator.choice(40, 12, replace=False)]
    reader, work = np.array(rows).T
    at = np.tile(np.arange(12), 30) * 10.0 + reader
    return Log(30, 40, reader, work, np.ones(360, np.float32), at, np.full(360, np.nan, np.float32))


def pairs(log: Log) -> set[tuple[int, int]]:
    return set(zip(log.reader.tolist(), log.work.tolist(), strict=True))


def asked(split: Split) -> set[tuple[int, int]]:
    answers = zip(split.readers.tolist(), split.relevant, strict=True)
    return {(reader, int(work)) for reader, works in answers for work in works}


@pytest.mark.parametrize(
    "way", [splits.last_out, splits.at_random, splits.by_time, lambda log: splits.new_works(log)[0]]
)
def test_what_is_asked_for_was_neither_learned_nor_shown(log, way):
    split = way(log)
    assert asked(split)
    assert not asked(split) & (pairs(split.train) | pairs(split.past))
    assert asked(split) | pairs(split.train) == pairs(log)


def test_the_last_work_is_the_latest(log):
    split = splits.last_out(log)
    assert [len(works) for works in split.relevant] == [1] * 30
    assert [works[0] for works in split.relevant] == [works[-1] for works in log.rows()]


def test_nothing_learned_is_later_than_what_is_asked_for(log):
    split = splits.by_time(log)
    moment = split.train.at.max()
    later = [(r, w) for r, w, at in zip(log.reader, log.work, log.at, strict=True) if at > moment]
    assert set(later) == asked(split)


@pytest.mark.parametrize("known", [0, 3, 10])
def test_new_readers_are_unknown_while_learning(log, known):
    split = splits.new_readers(log, known)
    assert not set(split.readers) & set(split.train.reader)
    assert all(len(split.past.rows()[reader]) == known for reader in split.readers)
    assert all(len(works) == 2 for works in split.relevant)


def test_each_work_is_new_once(log):
    assert sum(splits.new_works(log, fold)[1].astype(int) for fold in range(5)).tolist() == [1] * 40


def test_the_last_three_are_asked_for_one_after_the_other(log):
    stages = splits.last_three(log)
    rows = log.rows()
    for stage, left in zip(stages, (3, 2, 1), strict=True):
        assert asked(stage) == {(reader, int(rows[reader][-left])) for reader in range(30)}
        assert not asked(stage) & (pairs(stage.train) | pairs(stage.past))
        assert all(len(works) == 12 - left for works in stage.past.rows())
        assert all(len(works) == 9 for works in stage.train.rows())


def test_who_met_little_is_asked_for_less_and_two_works_are_left():
    reader = np.repeat([0, 1, 2], [2, 3, 4])
    ones = np.ones(9, np.float32)
    short = Log(3, 9, reader, np.arange(9), ones, np.arange(9.0), ones)
    stages = splits.last_three(short)
    assert [asked(stage) for stage in stages] == [set(), {(2, 7)}, {(1, 4), (2, 8)}]
    assert pairs(stages[0].train) == {(0, 0), (0, 1), (1, 2), (1, 3), (2, 5), (2, 6)}
