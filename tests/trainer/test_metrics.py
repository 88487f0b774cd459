"""Figures computed by hand, and their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.trainer.metrics import confidence, ranking, spread


def rows(*lists: list[int]) -> np.ndarray:
    return np.array(lists)


def test_ndcg_is_what_the_paper_says():
    found = ranking.ndcg(rows([4, 1, 2]), [np.array([1, 2])], 3)
    assert found[0] == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_recall_is_the_share_that_was_found():
    assert ranking.recall(rows([4, 1, 2]), [np.array([1, 2, 3, 9])], 2)[0] == pytest.approx(0.25)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 20))
def test_no_order_is_better_than_the_relevant_first(relevant: list[bool], depth: int):
    wanted = np.flatnonzero(relevant)
    if len(wanted):
        best = np.argsort(-np.array(relevant, float), kind="stable")
        assert ranking.ndcg(rows(best.tolist()), [wanted], depth)[0] == pytest.approx(1)
        assert 0 <= ranking.ndcg(rows(list(range(len(relevant)))), [wanted], depth)[0] <= 1 + 1e-9


def test_works_that_were_seen_are_never_ranked():
    scores = np.array([[0.5, -np.inf, 0.7]], np.float32)
    assert ranking.best(scores, 3).tolist() == [[2, 0, -1]]


def test_an_interval_holds_its_mean_and_is_narrow_where_all_are_alike():
    low, high = confidence.interval(np.array([0.0, 1.0] * 50))
    assert low < 0.5 < high
    assert confidence.interval(np.full(9, 0.3)) == pytest.approx((0.3, 0.3))


def test_gini_is_0_for_all_alike_and_near_1_for_one_alone():
    assert spread.gini(np.ones(10)) == pytest.approx(0)
    assert spread.gini(np.array([0.0] * 99 + [1.0])) == pytest.approx(0.99)
    assert spread.gini(np.array([1.0, 3.0])) == pytest.approx(0.25)


def test_coverage_novelty_and_bias_by_hand():
    ranked, counts = rows([0, 1], [0, 1]), np.array([4, 1, 1, 1])
    assert spread.coverage(ranked, 4) == 0.5
    assert spread.novelty(ranked, counts, 4) == pytest.approx(1.0)  # log2(4/4) and log2(4/1), halved
    assert spread.popularity_bias(ranked, counts, [np.array([1, 2])]) == pytest.approx(2.5)


def test_attention_falls_with_the_place_and_is_shared_by_co_authors():
    alike = spread.author_exposure(rows([0]), [["a", "b"]])
    assert alike == pytest.approx(0)
    assert spread.author_exposure(rows([0]), [["a"], ["b"]]) == pytest.approx(0.5)
