"""From a folder of events to a model of which attention is a part."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.artefact import digest
from infra.trainer.fitting import Means
from infra.trainer.parts import parts
from infra.trainer.training import train
from infra.trainer.tuning.candidates import PARTS
from tests.trainer.lakes import tracks


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, _ = train(
        tracks(tmp_path_factory.mktemp("lake"), readers=150), tmp_path_factory.mktemp("models"), Means(made_of())
    )
    return folder


def made_of():
    """Fewer and smaller tries than the real ones."""
    *usual, attention = parts(attention=True)
    assert tuple(usual) == PARTS
    start = {**attention.start, "width": 16.0, "epochs": 20.0}
    return (*usual, attention._replace(start=start, values={"epochs": (10.0, 20.0)}))


def test_it_is_compared_alone_and_in_the_blend(trained: Path) -> None:
    text = (trained.parent / f"report-{trained.name}" / "report.md").read_text()
    assert "| attention |" in text
    assert "| Lyceum (served) |" in text


def test_what_was_learned_is_served(trained: Path) -> None:
    model = scoring.load(trained)
    (attention,) = model.attention
    assert attention.share > 0
    assert model.manifest.format == 2
    assert "torch" in model.manifest.versions
    places = [model.places[name] for name in ("b1", "b2", "b3")]
    events = [(place, 1.0, 60.0 * (3 - step)) for step, place in enumerate(places)]
    assert scoring.top(model, scoring.score(model, events), 1) == ["b4"]


def test_what_was_learned_is_hashed(trained: Path) -> None:
    named = scoring.load(trained).manifest.files
    files = sorted(trained.glob("attention.*.npy"))
    assert len(files) == 6
    assert all(named[file.name] == digest(file.read_bytes()) for file in files)
    assert {np.load(file).dtype for file in files} == {np.dtype(np.float16)}
