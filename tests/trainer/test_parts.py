"""What the blend is made of: further parts come and go without the others noticing."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer import artefact
from infra.trainer import parts as made_of
from infra.trainer.catalogue import Catalogue, open_lake
from infra.trainer.fitting import fit
from infra.trainer.splits import NEXT_WORK, Split
from infra.trainer.tuning.candidates import PARTS, Candidate
from infra.trainer.tuning.plan import make_plan
from infra.trainer.tuning.search import Settings
from tests.recommend.attending import drawn
from tests.recommend.test_scoring import PLAN
from tests.trainer.lakes import tracks


def noise(learned: object, split: Split, settings: Settings) -> Floats:
    return np.random.default_rng(9).normal(0, 1, (len(split.readers), split.train.works)).astype(np.float32)


FURTHER = Candidate("drawn", lambda log, told: drawn(log.works), noise, {}, {})
"""Knows nothing."""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return open_lake(tracks(tmp_path_factory.mktemp("lake"), readers=200))


def written(catalogue: Catalogue, share: float, to: Path) -> scoring.Model:
    plan = PLAN._replace(further=((FURTHER, {}),), shares={**PLAN.shares, FURTHER.name: share})
    return scoring.load(artefact.write(to, fit(catalogue.log, plan), plan, catalogue, {}))


def test_a_further_part_that_has_a_share_is_written_and_read_back(catalogue: Catalogue, tmp_path: Path) -> None:
    model = written(catalogue, 0.5, tmp_path)
    (attention,) = model.attention
    assert (attention.share, attention.heads, model.manifest.format) == (0.5, 2, 2)
    assert all(map(np.array_equal, attention.weights, drawn(model.tabled).weights))


def test_one_without_a_share_leaves_no_trace(catalogue: Catalogue, tmp_path: Path) -> None:
    model = written(catalogue, 0.0, tmp_path)
    assert model.attention == ()
    assert model.manifest.format == 1
    assert not [name for name in model.manifest.files if name.startswith(FURTHER.name)]


def test_the_others_are_chosen_as_they_would_be_without_it(catalogue: Catalogue) -> None:
    alone = make_plan(catalogue.log, NEXT_WORK)
    plan = make_plan(catalogue.log, NEXT_WORK, parts=(*PARTS, FURTHER))
    assert plan.further == ((FURTHER, {}),)
    assert plan.shares.keys() - alone.shares.keys() == {FURTHER.name}
    same: tuple[str, ...] = ("popularity", "ease", "sequence", "factors", "content")
    assert [getattr(plan, name) for name in same] == [getattr(alone, name) for name in same]


def test_what_is_not_installed_is_not_asked_for_and_who_asks_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made_of, "find_spec", lambda name: None)
    assert made_of.parts(attention=False) == PARTS
    with pytest.raises(SystemExit, match="make train-attention"):
        made_of.parts(attention=True)
