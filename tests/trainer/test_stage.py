"""From what readers do to what others are shown: recorded, told, kept in the lake, learned from, made live, served."""

import shutil

import pytest

from chalicelib.recommend import live
from chalicelib.recommend.snapshots import MEMORY_SECONDS
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.trainer.stage import train_stage
from tests.recommend.telling import does, published
from tests.world import World


def test_what_readers_did_is_learned_and_served(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for work_id in ("A1", "A2", "A3", "B1", "B2", "B3", "HOT"):
        published(work_id)
    for number in range(16):
        reader = world.reader(f"Reader{number}")
        track = "AB"[number % 2]
        for step in (1, 2, 3):
            does(world, reader, "view", f"{track}{step}", ago=600 - step * 60)
        does(world, reader, "view", "HOT", ago=700)
    world.pump()
    rui = world.reader()
    does(world, rui, "view", "A1")
    world.pump()
    world.platform.run_schedule("lake_compact")
    try:
        assert on_stage.perform(lambda: train_stage("dev")) == 0
    finally:
        shutil.rmtree("build/models/dev", ignore_errors=True)
    assert "is live: nothing is live" in capsys.readouterr().out
    assert live.read()[0]
    world.clock.advance(seconds=MEMORY_SECONDS)
    items = world.get("/v1/me/recommendations", as_=rui).json["items"]
    ranked = [item["work"]["work_id"] for item in items if item["reason"]["code"] == "because_you_read"]
    assert ranked.index("A2") < ranked.index("B2")
    assert items[[item["work"]["work_id"] for item in items].index("A2")]["reason"]["work_id"] == "A1"


def test_an_empty_lake_says_when_there_will_be_something(world: World) -> None:
    with pytest.raises(Stopped, match="within an hour"):
        train_stage("dev")
    assert live.read()[0] is None
