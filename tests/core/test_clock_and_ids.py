"""Time that everybody shares, and ids that sort by it."""

from datetime import UTC, datetime, timedelta, timezone

from chalicelib.core import clock, ids
from tests.platform_fixture import Platform


def test_moving_the_clock_moves_it_for_everybody(platform: Platform) -> None:
    before = clock.now()
    platform.clock.advance(days=2)
    assert timedelta(days=2) <= clock.now() - before < timedelta(days=2, minutes=1)


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    shanghai = datetime(2026, 11, 24, 8, 0, 0, 125_999, tzinfo=timezone(timedelta(hours=8)))
    assert clock.rfc3339(shanghai) == "2026-11-24T00:00:00.125Z"
    assert clock.parse("2026-11-24T00:00:00.125Z") == datetime(2026, 11, 24, 0, 0, 0, 125_000, tzinfo=UTC)


def test_ids_are_unique_and_sort_by_time(platform: Platform) -> None:
    first = [ids.new() for _ in range(1000)]
    platform.clock.advance(seconds=1)
    later = ids.new()
    assert len(set(first)) == 1000
    assert max(first) < later
    assert len(later) == 26


def test_derived_ids_are_given_by_their_parts() -> None:
    assert ids.derived("a", "bc") == ids.derived("a", "bc")
    assert ids.derived("a", "bc") != ids.derived("ab", "c")
