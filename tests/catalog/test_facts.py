"""What the catalogue tells the other rooms."""

import json
from typing import Any
from urllib.parse import parse_qsl

from chalicelib.catalog import ratings
from chalicelib.catalog.models import WorkRow
from chalicelib.core.transactions import all_or_nothing
from tests.builders import a_published_work, an_approved_work, is_approved
from tests.world import World


def told(world: World, **how: Any) -> list[dict[str, Any]]:
    """The facts about works that reach the topic while everything is delivered."""
    with world.platform.emulator.meter.recording() as exchanges:
        world.pump(**how)
    facts = []
    for said in exchanges:
        if said.call.operation == "PublishBatch":
            body = dict(parse_qsl(said.request.decode()))
            facts += [json.loads(text) for name, text in sorted(body.items()) if name.endswith(".Message")]
    return [fact for fact in facts if fact["type"].startswith("work.")]


def test_a_publication_is_told_once_with_all_that_readers_need(world: World) -> None:
    author = world.author("Ada")
    work_id = an_approved_work(world, author, subjects=["law"], prices={"usd": 900, "cny": 6600})
    assert told(world) == []
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    (fact,) = told(world)
    assert (fact["type"], fact["subject"], fact["v"]) == ("work.published", work_id, 1)
    data = fact["data"]
    assert (data["version"], data["kind"], data["language"], data["subjects"]) == (1, "article", "en", ["law"])
    assert (data["prices"], data["shares"]) == ({"usd": 900, "cny": 6600}, {author.account_id: 10_000})
    assert data["author_names"] == ["Ada"]
    assert [file["name"] for file in data["files"]] == ["tides.md"]
    assert data["files"][0]["key"].startswith(f"works/{work_id}/")
    assert data["published_at"].endswith("Z")
    assert told(world) == []


def test_the_same_change_told_twice_is_the_same_fact(world: World) -> None:
    author = world.author()
    work_id = an_approved_work(world, author)
    told(world)
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    first, second = told(world, duplicate=True)
    assert first == second


def test_drafts_ratings_and_edits_are_nobodys_business(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_published_work(world, author, reviewer)
    told(world)
    world.post(f"/v1/works/{work_id}/drafts", as_=author)
    is_approved(world, work_id, author, reviewer)
    with all_or_nothing() as tx:
        ratings.count(tx, work_id, None, 5)
    assert told(world) == []
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    assert [(fact["type"], fact["data"]["version"]) for fact in told(world)] == [("work.published", 2)]


def test_a_withdrawal_and_a_takedown_are_told_apart(world: World) -> None:
    author, admin = world.author(), world.admin()
    work_id = a_published_work(world, author)
    told(world)
    world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "r"}, as_=author)
    (withdrawn,) = told(world)
    assert (withdrawn["type"], withdrawn["data"]) == (
        "work.withdrawn",
        {"work_id": work_id, "version": 1, "takedown": False},
    )
    world.post(f"/v1/works/{work_id}/takedowns", {"reason": "r"}, as_=admin)
    assert [fact["data"]["takedown"] for fact in told(world)] == [True]
    assert told(world) == []


def test_a_change_of_a_published_work_that_publishes_nothing_tells_nothing(world: World) -> None:
    work_id = a_published_work(world)
    told(world)
    WorkRow(work_id).update(actions=[WorkRow.revision.add(1)])
    assert told(world) == []
