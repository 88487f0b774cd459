"""From a folder of events to a model that the platform serves with, or to a sentence that says what is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from chalicelib.recommend import scoring
from infra.deploy.tree import ROOT
from infra.spark.training import train
from infra.trainer import gate
from tests.recommend.trained import a_folder
from tests.trainer.lakes import LENGTH, TRACKS, step_of, tracks


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> tuple[Path, gate.Candidate]:
    assert spark
    lake = tracks(tmp_path_factory.mktemp("lake"), readers=110)
    return train(str(lake), tmp_path_factory.mktemp("models"))


@pytest.fixture
def folder(trained: tuple[Path, gate.Candidate]) -> Path:
    return trained[0]


def test_the_model_is_one_that_is_served_and_knows_what_comes_next(folder: Path) -> None:
    model = scoring.load(folder)
    places = [model.places[name] for name in ("a1", "a2", "a3")]
    scores = scoring.score(model, [(place, 1.0, 60.0 * (3 - step)) for step, place in enumerate(places)])
    assert scoring.top(model, scores, 3)[0][0] == "a"
    assert "new" in model.places
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_it_says_how_good_it_is_and_what_made_it(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["metrics"]["ndcg10"] > 1.5 * manifest["metrics"]["ndcg10_popularity"]
    assert manifest["versions"]["pyspark"].startswith("3.5.")


def test_the_report_has_every_model_and_what_was_left_out(folder: Path) -> None:
    text = (folder.parent / f"report-{folder.name}" / "report.md").read_text()
    assert all(f"| {name} |" in text for name in ("popularity", "faded ALS", "Lyceum (served)"))
    assert "| duplicates | 0 |" in text


def test_the_gate_has_the_cluster_learn_again_from_what_came_before(
    trained: tuple[Path, gate.Candidate], tmp_path: Path
) -> None:
    works = [step_of(track, place) for track in range(TRACKS) for place in range(LENGTH)]
    backwards = {step_of(t, place): {step_of(t, place - 1): 1.0} for t in range(TRACKS) for place in range(LENGTH)}
    live = scoring.load(a_folder(tmp_path / "live", "live", works, backwards, "2026-11-01T00:25:00.000Z"))
    verdict = gate.compare(trained[1], live)
    assert verdict.promoted and verdict.why.startswith("NDCG@10")


def test_a_folder_that_is_no_lake_is_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.spark", "--data", str(tmp_path), "--out", str(tmp_path / "models")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "holds no events that a model could learn from" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()
