"""New works get a share of the places, so that they can be found."""

from datetime import timedelta

import pytest

from chalicelib.catalog.cards import Author, Card
from chalicelib.core import clock
from chalicelib.recommend import reasons
from chalicelib.recommend.engine import Pick, Reader, Standing
from chalicelib.recommend.exploring import explore


def a_card(work_id: str, days: int = 0, author: str = "ADA") -> Card:
    moment = clock.rfc3339(clock.now() - timedelta(days=days))
    return Card(
        work_id=work_id,
        kind="article",
        title=work_id,
        summary="",
        language="en",
        prices={},
        authors=[Author(author, author)],
        subjects=[],
        version=1,
        published_at=moment,
    )


PICKS = [Pick(a_card(f"P{number}"), reasons.popular(None)) for number in range(30)]
NEWEST = [Standing(a_card(f"N{number}"), 0.0) for number in range(8)]
RUI = Reader("RUI")


def places(picks: list[Pick]) -> list[int]:
    return [place for place, pick in enumerate(picks) if pick.reason.code == "new"]


def test_every_tenth_place_is_a_new_works() -> None:
    mixed = explore(PICKS, NEWEST, RUI, "seed")
    assert places(mixed) == [9, 19, 29]
    assert len({pick.work.work_id for pick in mixed}) == 30
    assert mixed == explore(PICKS, NEWEST, RUI, "seed")


def test_which_ones_is_drawn_so_that_each_has_its_chance() -> None:
    drawn = {explore(PICKS, NEWEST, RUI, str(seed))[9].work.work_id for seed in range(100)}
    assert drawn == {f"N{number}" for number in range(8)}


def test_old_works_known_ones_ones_own_and_those_already_named_are_no_discoveries() -> None:
    newest = [
        Standing(a_card("OLD", days=15), 0.0),
        Standing(a_card("KNOWN"), 0.0),
        Standing(a_card("MINE", author="RUI"), 0.0),
        Standing(PICKS[3].work, 0.0),
        Standing(a_card("NEW"), 0.0),
    ]
    mixed = explore(PICKS, newest, Reader("RUI", [], frozenset({"KNOWN"})), "seed")
    assert [mixed[place].work.work_id for place in places(mixed)] == ["NEW"]


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORATION_PERCENT", "0")
    assert explore(PICKS, NEWEST, RUI, "seed") == PICKS
