"""A stage's lake is read where it lies, and its model becomes live by the same gate."""

import tempfile
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from chalicelib.core import settings
from chalicelib.recommend import live, memory
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.spark.catalogue import open_lake
from infra.spark.stage import train_stage
from infra.trainer import catalogue
from tests.trainer.lakes import tracks
from tests.world import World


def upload(world: World, lake: Path) -> None:
    s3 = world.platform.client("s3")
    for path in lake.rglob("*.gz"):
        key = path.relative_to(lake).as_posix()
        s3.put_object(Bucket=settings.bucket("lake"), Key=key, Body=path.read_bytes())


def test_a_bucket_is_read_as_a_folder_is(world: World, tmp_path: Path, spark: SparkSession) -> None:
    lake = tracks(tmp_path, readers=20)
    upload(world, lake)
    found, _ = open_lake(spark, f"s3://{settings.bucket('lake')}")
    expected = catalogue.open_lake(lake)
    assert found.quality == expected.quality
    assert found.log.work.tolist() == expected.log.work.tolist()
    assert found.works == expected.works


def test_what_readers_did_is_learned_and_live(
    world: World,
    tmp_path: Path,
    spark: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    upload(world, tracks(tmp_path / "lake", readers=60, met=2))
    assert on_stage.perform(lambda: train_stage("dev")) == 0
    assert "is live: nothing is live" in capsys.readouterr().out
    standing, _ = live.read()
    assert standing and "a1" in memory.load(standing.version).places


def test_an_empty_lake_says_when_there_will_be_something(world: World, spark: SparkSession) -> None:
    with pytest.raises(Stopped, match="within an hour"):
        train_stage("dev")
    assert live.read()[0] is None
