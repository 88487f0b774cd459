"""The cluster reads, cleans and counts a lake exactly as one machine does."""

import json
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from infra.spark import catalogue as ours
from infra.spark.catalogue import open_lake
from infra.trainer import catalogue as theirs
from infra.trainer.catalogue import Catalogue, NothingToLearn
from infra.trainer.lake.quality import Quality
from infra.trainer.log import Log
from tests.spark.plans import PLAN
from tests.trainer.lakes import a_lake, event, tracks, work

COLUMNS = ("reader", "work", "strength", "at", "rating")


def a_messy_lake(folder: Path) -> Path:
    """Something of everything that cleaning looks for, over two days and both kinds of files."""
    first = [
        "not json",
        event("r1", "w", 1, kind="sneeze"),
        *(event(f"r{number}", f"w{number % 7}", 100 + number) for number in range(40)),
        event("r1", "w1", 5, kind="rating", rating=2.0),
        event("r1", "w1", 9, kind="rating", rating=4.5),
        event("r5", "w6", 700) | {"event_id": "of two the first counts"},
        event("r5", "w0", 800) | {"event_id": "of two the first counts"},
        event("author", "w", 1),
        event("r2", "v", 2) | {"occurred_at": "1969-01-01T00:00:00Z"},
        *(event("bot", f"b{number}", 10 * number) for number in range(300)),
        event("bot", "b7", 4000, kind="purchase"),
        *(event("hasty", f"h{number}", 100 + number // 10) for number in range(40)),
        event("hasty", "before", 1),
        event("阿明", "w", 7),
    ]
    lake = a_lake(folder, first, [work("w", "a", author_readers=["author"]), work("nobody", "b"), work("w1", "a")])
    later = folder / "interactions" / "day=2026-11-02"
    later.mkdir()
    again = [event("r3", "w3", 103), event("r1", "w", 90_000 % 86_400), event("r9", "w1", 3, kind="dismiss")]
    (later / "more.jsonl").write_text("\n".join(json.dumps(each) for each in again), encoding="utf-8")
    torn = (folder / "interactions" / "day=2026-11-01" / "events.jsonl.gz").read_bytes()
    (later / "torn.jsonl.gz").write_bytes(torn[: len(torn) // 2])
    return lake


def same(ours: Log, theirs: Log) -> bool:
    return all(np.array_equal(getattr(ours, name), getattr(theirs, name), equal_nan=True) for name in COLUMNS)


def pairs(catalogue: Catalogue) -> dict[str, list[str]]:
    rows = zip(catalogue.readers, catalogue.log.rows(), strict=True)
    return {reader: [catalogue.works[place].work_id for place in works] for reader, works in rows}


def test_the_log_and_what_was_found_wrong_are_those_of_one_machine(tmp_path: Path, spark: SparkSession) -> None:
    lake = a_messy_lake(tmp_path)
    found, _ = open_lake(spark, str(lake))
    expected = theirs.open_lake(lake)
    assert expected.quality.bots == ["bot"] and expected.quality.in_bursts and expected.quality.broken_files
    assert found.quality == expected.quality
    assert same(found.log, expected.log)
    assert (found.readers, found.works, found.met) == (expected.readers, expected.works, expected.met)


def test_however_the_work_is_parted(tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_messy_lake(tmp_path)
    monkeypatch.setattr("infra.spark.cleaning.PART_BYTES", 1_000)
    found, _ = open_lake(spark, str(lake))
    expected = theirs.open_lake(lake)
    assert found.quality == expected.quality
    assert same(found.log, expected.log)


def test_of_many_readers_some_are_on_this_machine_and_each_of_them_whole(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tracks(tmp_path)
    monkeypatch.setattr(ours, "MOST_ROWS", 100)
    some, everyone = open_lake(spark, str(lake))
    all_of_them = theirs.open_lake(lake)
    assert 10 <= some.log.readers <= 30
    whole = pairs(all_of_them)
    assert all(works == whole[reader] for reader, works in pairs(some).items())
    assert some.works == all_of_them.works
    assert some.quality.readers == 60
    assert everyone.learn(PLAN).counts.tolist() == all_of_them.log.counts().tolist()


def test_a_lake_without_events_says_so(tmp_path: Path, spark: SparkSession) -> None:
    with pytest.raises(NothingToLearn, match="holds no events"):
        open_lake(spark, str(tmp_path))
    with pytest.raises(NothingToLearn, match="holds no events"):
        open_lake(spark, str(a_lake(tmp_path, [event("r", "w", 1, kind="impression")])))


def test_counts_of_parts_add_up() -> None:
    quality, part = Quality(lines=2, bots=["a"]), Quality(lines=3, bots=["b"])
    part.kinds.update(["view"])
    quality.add(part)
    assert (quality.lines, quality.bots, quality.kinds) == (5, ["a", "b"], {"view": 1})
