"""What a reader did last changes what they are shown next, by the model that is live, whatever else goes wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import settings
from chalicelib.recommend import live, storage
from chalicelib.recommend.snapshots import MEMORY_SECONDS
from tests.recommend.telling import bought, does, personal, published, withdrawn
from tests.recommend.trained import a_folder, goes_live
from tests.world import Person, World

WORKS = ("A", "B", "C", "D", "E", "F")
LEADS = {"A": {"D": 3.0, "E": 2.0}, "B": {"F": 3.0, "C": 0.5}, "C": {"A": 1.0}}


@pytest.fixture
def library(world: World, tmp_path: Path) -> Iterator[World]:
    """Six works and a model that has learnt what leads to what."""
    for work_id in WORKS:
        published(work_id)
    world.pump()
    _ = world.platform.app
    goes_live(a_folder(tmp_path / "one", "one", WORKS, LEADS), "one")
    yield world


def shown(world: World, person: Person) -> list[str]:
    return [work_id for work_id, _ in personal(world, person)]


def reasons(world: World, person: Person) -> dict[str, dict[str, Any]]:
    items = world.get("/v1/me/recommendations", as_=person).json["items"]
    return {item["work"]["work_id"]: item["reason"] for item in items}


def test_a_click_changes_the_next_answer(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "A", ago=60)
    library.pump()
    assert shown(library, rui)[:2] == ["D", "E"]
    does(library, rui, "click", "B", recommendation_id="R")
    library.pump()
    assert shown(library, rui)[:2] == ["F", "D"]


def test_the_reason_names_the_work_that_spoke_for_it(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    assert reasons(library, rui)["D"] == {
        "code": "because_you_read",
        "subject": None,
        "en": "Because of “On A”",
        "zh": "因为你看过《On A》",
        "work_id": "A",
    }


def test_what_is_owned_dismissed_or_withdrawn_is_never_named(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "A", ago=60)
    bought(rui, "D")
    does(library, rui, "dismiss", "E")
    library.pump()
    assert {"D", "E"}.isdisjoint(shown(library, rui))
    does(library, rui, "view", "B")
    library.pump()
    assert "F" in shown(library, rui)
    withdrawn("F")
    library.pump()
    assert "F" not in shown(library, rui)


def test_a_new_price_is_shown_at_once(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    shown(library, rui)
    published("D", version=2, prices={"usd": 1})
    library.pump()
    (first, *_) = library.get("/v1/me/recommendations", as_=rui).json["items"]
    assert first["work"]["prices"] == {"usd": 1}


def test_an_answer_is_one_read_and_one_invocation_and_none_for_who_did_nothing(library: World) -> None:
    rui, lin = library.reader(), library.reader("Lin")
    does(library, rui, "view", "A")
    library.pump()
    shown(library, rui)
    for person, invoked in ((rui, {"Invoke": 1}), (lin, {})):
        with library.platform.emulator.meter.counting() as calls:
            shown(library, person)
        assert (calls.of("dynamodb"), calls.of("lambda"), calls.of("s3")) == ({"BatchGetItem": 1}, invoked, {})


def test_where_nobody_ranks_it_is_what_is_popular(library: World) -> None:
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    functions = library.platform.emulator.functions
    rank = functions.pop(settings.function("recommend_rank"))
    try:
        assert set(shown(library, rui)) == set(WORKS)
    finally:
        functions[settings.function("recommend_rank")] = rank


def test_a_corrupt_model_never_takes_the_place_of_a_good_one(library: World, tmp_path: Path) -> None:
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    assert shown(library, rui)[0] == "D"
    folder = a_folder(tmp_path / "two", "two", WORKS, {"A": {"C": 1.0}})
    (folder / "next.npy").write_bytes((folder / "next.npy").read_bytes()[:-1])
    goes_live(folder, "two")
    library.clock.advance(seconds=MEMORY_SECONDS)
    assert shown(library, rui)[0] == "D"
    storage.replace("models/three/manifest.json", b"{", None)
    live.point_to("three", "two")
    library.clock.advance(seconds=MEMORY_SECONDS)
    assert shown(library, rui)[0] == "D"


def test_a_better_model_is_served_within_a_minute_and_rolled_back_as_quickly(library: World, tmp_path: Path) -> None:
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    assert shown(library, rui)[0] == "D"
    goes_live(a_folder(tmp_path / "two", "two", WORKS, {"A": {"C": 1.0}}), "two")
    library.clock.advance(seconds=MEMORY_SECONDS)
    assert shown(library, rui)[0] == "C"
    assert live.roll_back().version == "one"
    library.clock.advance(seconds=MEMORY_SECONDS)
    assert shown(library, rui)[0] == "D"


def test_similar_works_are_everybodys_and_those_of_the_subject_where_nobody_knows_better(library: World) -> None:
    reply = library.get("/v1/works/A/similar")
    assert reply.status == 404, "the catalogue itself knows of none here"


def test_works_are_put_into_the_readers_order(library: World) -> None:
    rui, lin = library.reader(), library.reader("Lin")
    does(library, rui, "view", "A")
    library.pump()
    wanted = {"work_ids": ["X", "F", "E", "D", "F"]}
    reply = library.post("/v1/me/rankings", wanted, as_=rui)
    assert reply.json["work_ids"] == ["D", "E", "F", "X"]
    assert library.post("/v1/me/rankings", wanted, as_=lin).json["work_ids"] == ["X", "F", "E", "D"]
    assert library.post("/v1/me/rankings", {"work_ids": []}, as_=rui).code == "field_invalid"
