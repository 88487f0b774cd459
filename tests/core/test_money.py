"""Whole units, split without residue."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import money


@given(
    amount=st.integers(0, 10**9),
    shares=st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10_000), min_size=1, max_size=8),
)
def test_the_parts_sum_to_the_whole_and_each_is_within_a_unit_of_fair(amount: int, shares: dict[str, int]) -> None:
    parts = money.apportion(amount, shares)
    total = sum(shares.values())
    assert sum(parts.values()) == amount
    assert all(abs(parts[name] * total - amount * weight) < total for name, weight in shares.items())


def test_the_last_unit_goes_to_the_largest_remainder() -> None:
    assert money.apportion(100, {"a": 3333, "b": 3333, "c": 3334}) == {"a": 33, "b": 33, "c": 34}
    assert money.apportion(1, {"b": 5000, "a": 5000}) == {"a": 1, "b": 0}


def test_money_is_written_as_its_currency_is() -> None:
    written = [money.written(*each) for each in (("usd", 900), ("jpy", 1200), ("cny", 5), ("eur", -123456))]
    assert written == ["US$9.00", "JP¥1,200", "CN¥0.05", "-€1,234.56"]


def test_a_price_is_nothing_or_at_least_the_providers_minimum() -> None:
    can = [money.can_be_charged(*each) for each in (("usd", 0), ("usd", 49), ("usd", 50), ("jpy", 50), ("usd", 10**9))]
    assert can == [True, False, True, True, False]
