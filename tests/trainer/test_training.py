"""From a folder of events to a model that answers, and a report."""

import json

import pytest

from chalicelib.recommend import scoring
from infra.trainer.training import train
from tests.trainer.lakes import tracks


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("models")
    folder, _ = train(tracks(tmp_path_factory.mktemp("lake"), readers=150), out)
    return folder


def test_a_model_knows_what_comes_next(trained):
    model = scoring.load(trained)
    places = [model.places[name] for name in ("a1", "a2", "a3")]
    scores = scoring.score(model, [(place, 1.0, 60.0 * (3 - step)) for step, place in enumerate(places)])
    assert scoring.top(model, scores, 3)[0][0] == "a"
    assert "new" in model.places


def test_a_model_says_how_good_it_is_beside_what_one_would_take_instead(trained):
    metrics = json.loads((trained / "manifest.json").read_text())["metrics"]
    assert metrics["ndcg10_low"] <= metrics["ndcg10"] <= metrics["ndcg10_high"]
    assert metrics["ndcg10"] > 1.5 * metrics["ndcg10_popularity"]


def test_the_report_has_every_model_and_its_plots(trained):
    report = trained.parent / f"report-{trained.name}" / "report.md"
    text = report.read_text()
    assert all(
        f"| {name} |" in text for name in ("popularity", "item-kNN", "BPR", "ALS", "EASE", "EDLAE", "Lyceum (served)")
    )
    assert (report.parent / "next-work-ndcg.png").stat().st_size > 1000
    assert "| duplicates | 0 |" in text
