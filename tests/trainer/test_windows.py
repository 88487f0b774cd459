"""Pasts are cut so that each work is asked for once, from what truly came before it."""

import numpy as np
import pytest

from infra.trainer.attention.windows import NOBODY, windows
from tests.trainer.test_models import a_log

ROWS = [list(range(10, 10 + length)) for length in (1, 2, 3, 7, 8, 25)]
LOG = a_log(ROWS, 40)
REACH = 6


def cut(seed: int, most: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    return windows(LOG, REACH, most, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(5))
def test_every_work_but_a_readers_first_is_asked_for_once(seed):
    _, following = cut(seed)
    asked = sorted(following[following != NOBODY].tolist())
    assert asked == sorted(work for row in ROWS for work in row[1:])


@pytest.mark.parametrize("seed", range(5))
def test_each_follows_what_came_before_it(seed):
    for met, following in zip(*cut(seed), strict=True):
        asked = following != NOBODY
        assert (met[asked] == following[asked] - 1).all()
        shown = met[met != NOBODY]
        assert shown.tolist() == list(range(shown[0], shown[-1] + 1))
        assert len(shown) == REACH or shown[0] == 10


def test_long_pasts_are_cut_elsewhere_each_time():
    first, second = (sorted(map(tuple, cut(seed)[0].tolist())) for seed in (1, 2))
    assert first != second
    assert first == sorted(map(tuple, cut(1)[0].tolist()))


def test_of_more_windows_some_are_drawn():
    met, following = cut(3, most=4)
    assert met.shape == following.shape == (4, REACH)
    assert (following != NOBODY).any(axis=1).all()
