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
from tests.trainer.lakes import tracks


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    assert spark
    lake = tracks(tmp_path_factory.mktemp("lake"), readers=100)
    return train(str(lake), tmp_path_factory.mktemp("models"))[0]


def test_the_model_is_one_that_is_served_and_knows_what_comes_next(trained: Path) -> None:
    model = scoring.load(trained)
    places = [model.places[name] for name in ("a1", "a2", "a3")]
    scores = scoring.score(model, [(place, 1.0, 60.0 * (3 - step)) for step, place in enumerate(places)])
    assert scoring.top(model, scores, 3)[0][0] == "a"
    assert "new" in model.places
    assert [path.name for path in trained.parent.iterdir() if path.name.startswith(".")] == []


def test_it_says_how_good_it_is_and_what_made_it(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text())
    assert manifest["metrics"]["ndcg10"] > 1.5 * manifest["metrics"]["ndcg10_popularity"]
    assert manifest["versions"]["pyspark"].startswith("3.5.")


def test_the_report_has_every_model_and_what_was_left_out(trained: Path) -> None:
    text = (trained.parent / f"report-{trained.name}" / "report.md").read_text()
    assert all(f"| {name} |" in text for name in ("popularity", "faded ALS", "Lyceum (served)"))
    assert "| duplicates | 0 |" in text


def test_a_folder_that_is_no_lake_is_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.spark", "--data", str(tmp_path), "--out", str(tmp_path / "models")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "holds no events that a model could learn from" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()
