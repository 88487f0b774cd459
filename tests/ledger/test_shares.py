from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger.shares import WHOLE, split


def shares_of(weights):
    """Basis points that sum to 10,000, from any positive weights."""
    total = sum(weights)
    points = [weight * WHOLE // total for weight in weights]
    points[0] += WHOLE - sum(points)
    return {f"author{place}": part for place, part in enumerate(points)}


SHARES = st.lists(st.integers(1, 1000), min_size=1, max_size=8).map(shares_of)


@given(st.integers(0, 99_999_999), st.integers(0, WHOLE), SHARES)
def test_a_split_loses_and_makes_no_unit(price, commission, shares):
    parts = split(price, commission, shares)
    assert sum(parts.authors.values()) + parts.commission == price
    assert min(parts.commission, *parts.authors.values()) >= 0
    assert set(parts.authors) == set(shares)


@given(st.integers(0, 99_999_999), st.integers(0, WHOLE), SHARES)
def test_nobody_is_a_whole_unit_away_from_their_exact_part(price, commission, shares):
    parts = split(price, commission, shares)
    assert abs(parts.commission * WHOLE - price * commission) < WHOLE
    rest = price - parts.commission
    for author, share in shares.items():
        assert abs(parts.authors[author] * WHOLE - rest * share) < WHOLE


@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=6), st.integers(0, WHOLE), SHARES)
def test_a_price_taken_back_in_parts_takes_back_the_whole_split(steps, commission, shares):
    """Each step takes back the difference of two running splits, and nothing is left over."""
    running, taken = 0, dict.fromkeys([*shares, "commission"], 0)
    for step in steps:
        before, after = split(running, commission, shares), split(running + step, commission, shares)
        for author in shares:
            taken[author] += after.authors[author] - before.authors[author]
        taken["commission"] += after.commission - before.commission
        running += step
    whole = split(running, commission, shares)
    assert taken == {**whole.authors, "commission": whole.commission}


def test_the_last_unit_goes_by_the_largest_remainder():
    parts = split(1_000, 1_000, {"ada": 3_333, "bo": 3_334, "cy": 3_333})
    assert (parts.authors, parts.commission) == ({"ada": 300, "bo": 300, "cy": 300}, 100)
    parts = split(1_001, 1_000, {"ada": 3_333, "bo": 3_334, "cy": 3_333})
    assert (parts.authors, parts.commission) == ({"ada": 300, "bo": 301, "cy": 300}, 100)
