"""Lists of published works, and what they cost."""

import json

import pytest

from tests.builders import a_draft, is_approved, with_a_file
from tests.world import World


@pytest.fixture
def shelf(world: World) -> list[str]:
    """Five works, the oldest first: three on physics, two on law."""
    author, reviewer = world.author(), world.reviewer()
    made = []
    for subject in ("physics", "law", "physics", "law", "physics"):
        work_id = a_draft(world, author, subjects=[subject], title=f"On {subject}")
        with_a_file(work_id)
        is_approved(world, work_id, author, reviewer)
        world.post(f"/v1/works/{work_id}/publications", as_=author)
        world.clock.advance(seconds=1)
        made.append(work_id)
    return made


def ids(world: World, path: str) -> list[str]:
    return [card["work_id"] for card in world.get(path).json["items"]]


def test_works_stand_on_the_shelves_of_their_subjects_and_of_the_wider_ones(world: World, shelf: list[str]) -> None:
    assert ids(world, "/v1/works") == shelf[::-1]
    assert ids(world, "/v1/works?subject=law") == [shelf[3], shelf[1]]
    assert ids(world, "/v1/works?subject=physics") == ids(world, "/v1/works?subject=science") == shelf[::-2]
    assert ids(world, "/v1/works?subject=music") == []


def test_pages_follow_one_another_without_gap_or_repetition(world: World, shelf: list[str]) -> None:
    seen, cursor = [], ""
    while True:
        page = world.get(f"/v1/works?limit=2{cursor}").json
        seen += [card["work_id"] for card in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == shelf[::-1]


def test_a_cursor_belongs_to_its_list(world: World, shelf: list[str]) -> None:
    cursor = world.get("/v1/works?limit=1").json["next_cursor"]
    for path in (
        f"/v1/works?subject=law&cursor={cursor}",
        "/v1/works?cursor=AAAA",
        f"/v1/works?cursor={cursor[:-4]}AAAA",
    ):
        assert world.get(path).code == "bad_cursor"


def test_a_page_costs_one_call_however_large_it_is(world: World, shelf: list[str]) -> None:
    world.get("/v1/works?limit=1")
    for path in ("/v1/works?limit=1", "/v1/works?limit=50", "/v1/works?subject=law&limit=50"):
        with world.platform.emulator.meter.counting() as calls:
            assert world.get(path).json["items"]
        assert calls.counts == {"dynamodb.Query": 1}


def test_a_works_page_costs_one_call_and_reads_no_row_but_its_own(world: World, shelf: list[str]) -> None:
    with world.platform.emulator.meter.recording() as exchanges:
        assert world.get(f"/v1/works/{shelf[0]}").status == 200
    (query,) = exchanges
    assert (query.call.name, json.loads(query.answer)["ScannedCount"]) == ("dynamodb.Query", 1)


def test_the_subjects_are_named_in_both_languages(world: World) -> None:
    subjects = {each["slug"]: each for each in world.get("/v1/subjects").json}
    assert subjects["physics"] == {"slug": "physics", "names": {"en": "Physics", "zh": "物理学"}, "parent": "science"}
    assert all(each["parent"] is None or each["parent"] in subjects for each in subjects.values())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("subject=alchemy", "subject"),
        ("subject=law&author=" + "0" * 26, "author"),
        ("limit=0", "limit"),
        ("limit=51", "limit"),
        ("limit=x", "limit"),
        ("author=me", "author"),
    ],
)
def test_a_list_that_is_not_there_is_refused(world: World, query: str, field: str) -> None:
    refused = world.get(f"/v1/works?{query}")
    assert (refused.code, refused.json["errors"][0]["field"]) == ("field_invalid", field)


def test_manuscripts_are_listed_in_two_calls_however_many(world: World) -> None:
    """And one more, which asks how the author stands."""
    author = world.author("Bo")
    for _ in range(3):
        a_draft(world, author)
    world.get("/v1/me/manuscripts?limit=1", as_=author)
    with world.platform.emulator.meter.counting() as calls:
        assert len(world.get("/v1/me/manuscripts", as_=author).json["items"]) == 3
    assert calls.of("dynamodb") == {"Query": 1, "BatchGetItem": 1 + 1}


def test_a_filter_that_is_not_known_is_refused_rather_than_ignored(world):
    reply = world.get("/v1/works?shelf=science")
    assert (reply.code, reply.json["errors"][0]["field"]) == ("field_invalid", "shelf")
