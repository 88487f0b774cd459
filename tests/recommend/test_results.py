"""The statistics of experiments, held against figures from the literature."""

import pytest

from chalicelib.catalog.cards import Author, Card
from chalicelib.recommend import reasons
from chalicelib.recommend.drafting import draft
from chalicelib.recommend.engine import Pick
from chalicelib.recommend.results import difference, sign_test, wilson


def test_wilson_is_as_published() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_difference_is_as_published() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10."""
    assert difference(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert difference(0, 10, 0, 20) == pytest.approx((-0.1611, 0.2775), abs=5e-5)


def test_the_sign_test_is_exact_and_goes_on_smoothly() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 5) == 1.0
    assert sign_test(0, 10) == pytest.approx(2 / 1024)
    assert sign_test(2, 8) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert sign_test(560, 441) == pytest.approx(sign_test(559, 441), rel=0.1)


def a_pick(work_id: str) -> Pick:
    card = Card(
        work_id=work_id,
        kind="article",
        title=work_id,
        summary="",
        language="en",
        prices={},
        authors=[Author("A", "Ada")],
        subjects=[],
        version=1,
        published_at="2026-11-01T00:00:00.000Z",
    )
    return Pick(card, reasons.fitting())


def test_a_draft_takes_turns_and_names_each_work_once() -> None:
    first, second = ([a_pick(work_id) for work_id in order] for order in ("ABCDEF", "FEDCBA"))
    for seed in range(20):
        picks, teams = draft(first, second, 6, str(seed))
        assert sorted(pick.work.work_id for pick in picks) == list("ABCDEF")
        assert {teams >> place & 1 for place in (0, 1)} == {0, 1}, "each has one of two places"
    assert len({draft(first, second, 6, str(seed))[1] for seed in range(20)}) > 2, "who is first is by chance"


def test_a_draft_of_the_same_ranking_is_that_ranking() -> None:
    same = [a_pick(work_id) for work_id in "ABCD"]
    assert draft(same, same, 4, "seed")[0] == same
    assert draft(same, [], 4, "seed")[0] == same
    assert draft([], [], 4, "seed") == ([], 0)
