"""What every engine promises, whichever a stage has chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.recommend import lyceum_engine, personalize
from chalicelib.recommend.engine import Asked, Ranking, Seen
from tests.platform_fixture import Platform
from tests.recommend.personalized import READERS, WORKS, enough, fill_the_lake, set_up
from tests.recommend.trained import a_folder, goes_live


def _lyceum(platform: Platform, folder: Path) -> Any:
    """A work leads to those that follow it."""
    leads = {
        met: {other: 9.0 - step for step, other in enumerate(WORKS[place + 1 : place + 9])}
        for place, met in enumerate(WORKS)
    }
    goes_live(a_folder(folder / "model", "one", WORKS, leads), "one")
    return lyceum_engine


def _personalize(platform: Platform, folder: Path) -> Any:
    fill_the_lake(enough())
    set_up(platform)
    return personalize


ENGINES: dict[str, Callable[[Platform, Path], Any]] = {"lyceum": _lyceum, "personalize": _personalize}
"""Each makes an engine that knows WORKS, and READERS who have met some of them. A new one is a line here."""

READER = READERS[3]


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, platform: Platform, tmp_path: Path) -> Any:
    return ENGINES[request.param](platform, tmp_path)


def asked(**said: Any) -> Asked:
    met = [Seen(work_id, "view", clock.rfc3339(clock.now())) for work_id in WORKS[3:10]]
    return Asked(**{"reader": READER, "seen": met, "limit": 10, **said})


def named(ranking: Ranking) -> list[str]:
    return [item.work_id for item in ranking.items]


def test_it_names_works_for_a_reader_up_to_the_limit_and_none_twice(engine: Any) -> None:
    for limit in (1, 10, 20):
        ranking = engine.recommend(asked(limit=limit))
        assert 1 <= len(named(ranking)) <= limit
        assert len(set(named(ranking))) == len(named(ranking))
        assert ranking.version


def test_it_never_names_what_is_to_be_left_out(engine: Any) -> None:
    first = named(engine.recommend(asked()))
    for about in ("", WORKS[3]):
        assert set(first).isdisjoint(named(engine.recommend(asked(without=first, about=about))))


def test_where_much_is_left_out_it_still_names_what_remains(engine: Any) -> None:
    first = named(engine.recommend(asked(limit=3)))
    assert named(engine.recommend(asked(limit=3, without=first)))


def test_works_like_one_are_others(engine: Any) -> None:
    like = named(engine.recommend(asked(about=WORKS[5])))
    assert like
    assert WORKS[5] not in like


def test_what_goes_with_a_work_can_be_asked_for_nobody(engine: Any) -> None:
    assert named(engine.recommend(asked(reader="", seen=[], about=WORKS[5])))


def test_works_that_are_named_are_put_into_an_order_and_none_is_added(engine: Any) -> None:
    among = [WORKS[30], "UNKNOWN", WORKS[12], WORKS[11]]
    order = named(engine.recommend(asked(among=among, limit=len(among))))
    assert order
    assert set(order) <= set(among)
    assert len(set(order)) == len(order)


def test_of_nobody_nothing_is_known(engine: Any) -> None:
    assert named(engine.recommend(Asked(""))) == []
