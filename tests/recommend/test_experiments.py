"""Readers are served in different ways, and what comes of it is counted once and told with how sure it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interactions.claims import claim
from tests.interactions.test_recording import history
from tests.recommend.telling import bought, does, published
from tests.recommend.trained import a_folder, goes_live
from tests.world import Person, World

WORKS = tuple("ABCDEF")
SPLIT = {
    "name": "A model or none",
    "kind": "split",
    "arms": [{"name": "model", "percent": 50}, {"name": "popular", "percent": 50, "popular": True}],
}
INTERLEAVED = SPLIT | {"kind": "interleaved"}


@pytest.fixture
def library(world: World, tmp_path: Path) -> Iterator[World]:
    for work_id in WORKS:
        published(work_id)
    world.pump()
    _ = world.platform.app
    goes_live(a_folder(tmp_path / "one", "one", WORKS, {"A": {"D": 3.0, "E": 2.0}}), "one")
    yield world


def begun(world: World, admin: Person, wanted: dict[str, Any]) -> str:
    reply = world.post("/v1/admin/experiments", wanted, as_=admin)
    assert reply.status == 201, reply.body
    return str(reply.json["experiment_id"])


def result(world: World, admin: Person, experiment_id: str) -> dict[str, Any]:
    return dict(world.get(f"/v1/admin/experiments/{experiment_id}", as_=admin).json)


def answer(world: World, person: Person) -> dict[str, Any]:
    return dict(world.get("/v1/me/recommendations?limit=4", as_=person).json)


def sees(world: World, person: Person, given: dict[str, Any]) -> None:
    shown = [item["work"]["work_id"] for item in given["items"]]
    event = claim("impression", work_ids=shown, recommendation_id=given["recommendation_id"])
    assert world.post("/v1/interactions", {"events": [event]}, as_=person).status == 202


def clicks(world: World, person: Person, given: dict[str, Any], place: int) -> None:
    work_id = given["items"][place]["work"]["work_id"]
    does(world, person, "click", work_id, recommendation_id=given["recommendation_id"], position=place)


def test_each_reader_is_served_by_one_arm_the_same_each_time(library: World) -> None:
    admin = library.admin()
    begun(library, admin, SPLIT)
    served = set()
    for number in range(8):
        rui = library.reader(f"Rui{number}")
        does(library, rui, "view", "A")
        library.pump()
        codes = [[item["reason"]["code"] for item in answer(library, rui)["items"]] for _ in range(2)]
        assert codes[0] == codes[1]
        served.add(codes[0][0])
    assert served == {"because_you_read", "popular"}


def test_what_comes_of_it_is_counted_reader_by_reader_once(library: World) -> None:
    admin = library.admin()
    experiment_id = begun(library, admin, SPLIT)
    people = [library.reader(f"Rui{number}") for number in range(6)]
    for number, rui in enumerate(people):
        given = answer(library, rui)
        sees(library, rui, given)
        if number < 3:
            clicks(library, rui, given, 0)
            clicks(library, rui, given, 1)
        if number == 0:
            bought(rui, given["items"][0]["work"]["work_id"])
    bought(library.reader("Stranger"), "A")
    library.pump(duplicate=True, shuffle=2)
    arms = result(library, admin, experiment_id)["arms"]
    assert [arm["name"] for arm in arms] == ["model", "popular"]
    assert sum(arm["seen"] for arm in arms) == 6
    assert sum(arm["clicked"]["readers"] for arm in arms) == 3
    assert sum(arm["bought"]["readers"] for arm in arms) == 1
    assert all(arm["clicked"]["low"] <= arm["clicked"]["share"] <= arm["clicked"]["high"] for arm in arms)
    assert arms[0]["more_clicked"] is None and len(arms[1]["more_clicked"]) == 2


def test_an_interleaved_answer_is_drafted_from_both_and_a_click_speaks_for_one(library: World) -> None:
    admin = library.admin()
    experiment_id = begun(library, admin, INTERLEAVED)
    rui = library.reader()
    does(library, rui, "view", "A")
    library.pump()
    given = answer(library, rui)
    shown = [item["work"]["work_id"] for item in given["items"]]
    assert len(set(shown)) == 4
    teams = int(given["recommendation_id"].rpartition("-")[2], 16)
    place = next(place for place in range(4) if teams >> place & 1)
    clicks(library, rui, given, place)
    library.pump(duplicate=True)
    assert result(library, admin, experiment_id)["preference"] == {"first": 0, "second": 1, "neither": 0, "p": 1.0}


def test_one_runs_at_a_time_and_its_results_stay_when_it_is_over(library: World) -> None:
    admin = library.admin()
    experiment_id = begun(library, admin, SPLIT)
    assert library.post("/v1/admin/experiments", SPLIT, as_=admin).code == "experiment_runs"
    rui = library.reader()
    given = answer(library, rui)
    for _ in range(2):
        ended = library.post(f"/v1/admin/experiments/{experiment_id}/endings", as_=admin)
        assert ended.status == 200 and ended.json["ended_at"]
    clicks(library, rui, given, 0)
    library.pump()
    assert sum(arm["seen"] for arm in result(library, admin, experiment_id)["arms"]) == 0, "it was over by then"
    assert "-" not in answer(library, rui)["recommendation_id"]
    begun(library, admin, INTERLEAVED)
    assert [one["name"] for one in library.get("/v1/admin/experiments", as_=admin).json["items"]] == [SPLIT["name"]] * 2


def test_odd_experiments_are_told_what_is_wrong(library: World) -> None:
    admin, reader = library.admin(), library.reader()
    arms = SPLIT["arms"]
    for wanted in (
        SPLIT | {"arms": arms[:1]},
        SPLIT | {"arms": [arms[0], arms[0]]},
        SPLIT | {"arms": [arms[0], arms[1] | {"percent": 49}]},
        INTERLEAVED | {"arms": [{"name": name, "percent": share} for name, share in (("a", 50), ("b", 25), ("c", 25))]},
        SPLIT | {"kind": "other"},
        SPLIT | {"name": ""},
    ):
        assert library.post("/v1/admin/experiments", wanted, as_=admin).code == "field_invalid"
    assert library.post("/v1/admin/experiments", SPLIT, as_=reader).status == 403
    assert library.get("/v1/admin/experiments/none", as_=admin).status == 404


def test_what_was_shown_is_no_part_of_the_history_and_goes_with_it(library: World) -> None:
    from chalicelib.interactions.models import Interaction

    rui = library.reader()
    sees(library, rui, answer(library, rui))
    library.pump()
    assert history(library, rui) == []
    assert len(list(Interaction.query(rui.account_id, Interaction.moment.startswith("shown#")))) == 1
    library.clock.advance(seconds=1)
    library.delete("/v1/me/history", as_=rui)
    library.pump()
    assert list(Interaction.query(rui.account_id, Interaction.moment.startswith("shown#"))) == []


def test_what_a_reader_erases_is_forgotten_and_the_numbers_stay(library: World) -> None:
    from chalicelib.core.pseudonyms import pseudonym
    from chalicelib.recommend.models import TookRow, took_key

    admin, rui = library.admin(), library.reader()
    experiment_id = begun(library, admin, SPLIT)
    given = answer(library, rui)
    clicks(library, rui, given, 0)
    library.pump()
    library.clock.advance(seconds=1)
    library.delete("/v1/me/history", as_=rui)
    library.pump()
    row = TookRow.get(took_key(experiment_id, pseudonym("lake", rui.account_id)))
    assert row.marks == {"erased"}
    sees(library, rui, given)
    library.pump()
    assert sum(arm["seen"] for arm in result(library, admin, experiment_id)["arms"]) == 1
