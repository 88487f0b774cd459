"""A cursor is good for the list and the filters that it came from, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import cursors
from chalicelib.core.cursors import BadCursor
from tests.platform_fixture import Platform

KEY = {"work_id": {"S": "W1"}, "published_at": {"S": "2026-11-24T00:00:00.000Z"}}


def test_a_cursor_opens_where_it_was_sealed(running_platform: Platform) -> None:
    cursor = cursors.seal(KEY, "works", "health")
    assert cursors.unseal(cursor, "works", "health") == KEY
    assert cursors.seal(None, "works") is None
    assert cursors.unseal(None, "works") is None


@pytest.mark.parametrize("scope", [("works", "law"), ("reviews", "health"), ("works",), ("workshealth",)])
def test_a_cursor_opens_nowhere_else(running_platform: Platform, scope: tuple[str, ...]) -> None:
    with pytest.raises(BadCursor):
        cursors.unseal(cursors.seal(KEY, "works", "health"), *scope)


@given(text=st.text(max_size=100))
def test_a_made_up_cursor_is_refused(running_platform: Platform, text: str) -> None:
    with pytest.raises(BadCursor):
        cursors.unseal(text, "works")


@given(place=st.integers(min_value=0, max_value=60))
def test_a_changed_cursor_is_refused(running_platform: Platform, place: int) -> None:
    cursor = cursors.seal(KEY, "works")
    assert cursor
    changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
    with pytest.raises(BadCursor):
        cursors.unseal(changed, "works")
