"""The arithmetic of fading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.recommend import decay
from chalicelib.recommend.decay import HALF_LIFE, NOTHING, Points

DAY = 86_400
EVENTS = st.lists(st.tuples(st.integers(1, 20), st.integers(20_000, 20_400)), min_size=1, max_size=20)


def summed(events: list[tuple[int, int]]) -> Points:
    points = NOTHING
    for weight, day in events:
        points = decay.add(points, weight, day * DAY)
    return points


def test_half_is_left_after_a_half_life() -> None:
    points = decay.add(NOTHING, 8, 1_000.0)
    assert decay.faded(points, 1_000.0 + HALF_LIFE) == 4
    assert decay.faded(points, 1_000.0 + 3 * HALF_LIFE) == 1


@given(EVENTS, st.randoms())
def test_the_order_of_events_does_not_matter(events: list[tuple[int, int]], disorder: object) -> None:
    shuffled = list(events)
    disorder.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summed(shuffled).amount == pytest.approx(summed(events).amount, rel=1e-9)


@given(EVENTS, EVENTS, st.integers(20_400, 22_000))
def test_heat_orders_works_as_their_faded_sums_do_at_any_later_time(a: list, b: list, day: int) -> None:
    left, right = decay.faded(summed(a), day * DAY), decay.faded(summed(b), day * DAY)
    if left > right * (1 + 1e-9):
        assert decay.heat(summed(a)) > decay.heat(summed(b))


def test_heat_holds_for_a_century() -> None:
    points = decay.add(NOTHING, 5, 100 * 365.0 * DAY)
    assert decay.heat(decay.add(points, 1, 130 * 365.0 * DAY)) > decay.heat(points)
