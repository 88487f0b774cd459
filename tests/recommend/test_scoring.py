"""What is served: the same numbers that were tuned, in whatever form the tables have, and nothing of a broken model."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.answers import best
from chalicelib.recommend.scoring.history import gather
from chalicelib.recommend.scoring.tables import Dense, Strongest
from infra.trainer import artefact
from infra.trainer.catalogue import Catalogue, open_lake
from infra.trainer.fitting import Fitted, fit
from infra.trainer.metrics import ranking
from infra.trainer.models import content, histories
from infra.trainer.models.factors import fold_in
from infra.trainer.serving import serve
from infra.trainer.splits import Split, last_out
from infra.trainer.tuning import newcomers
from infra.trainer.tuning.candidates import EASE, FACTORS, OUTLOOK, SEQUENCE
from infra.trainer.tuning.plan import Plan
from tests.trainer.lakes import tracks

SHARES = {EASE.name: 0.3, SEQUENCE.name: 1.0, FACTORS.name: 0.2, OUTLOOK.name: 0.1}
PLAN = Plan(
    popularity={"half_life": 0.0},
    ease=EASE.start,
    sequence={**SEQUENCE.start, "past": 0.5, "ahead": 0.0, "ridge": 1.0, "fading": 0.5},
    factors={**FACTORS.start, "factors": 8.0, "ridge": 1.0},
    shares=SHARES,
    newcomers={**newcomers.START, "ridge": 1.0, "doubt": 0.1, "interest": 5.0, "settled": 3.0},
    content={"content_ridge": 0.1, "subjects": 1.0, "evidence": 1.0},
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory) -> Catalogue:
    return open_lake(tracks(tmp_path_factory.mktemp("lake"), readers=200))


@pytest.fixture(scope="module")
def fitted(catalogue) -> Fitted:
    return fit(catalogue.log, PLAN, content.describe(catalogue.works, catalogue.subjects), len(catalogue.subjects))


@pytest.fixture(scope="module")
def folder(catalogue, fitted, tmp_path_factory) -> Path:
    return artefact.write(tmp_path_factory.mktemp("models"), fitted, PLAN, catalogue, {"ndcg10": 0.5})


@pytest.fixture(scope="module")
def model(folder) -> scoring.Model:
    return scoring.load(folder)


def events(model: scoring.Model, *work_ids: str) -> list[scoring.Event]:
    return [scoring.Event(model.places[name], 1.0, 60.0 * age) for age, name in enumerate(reversed(work_ids))][::-1]


def ask(model: scoring.Model, *met: str, **said: list[str]) -> list[str]:
    return scoring.top(model, scoring.score(model, events(model, *met), said.get("interests", [])), 5)


def test_the_next_step_of_a_track_is_first(model):
    assert ask(model, "a1", "a2", "a3")[0] == "a4"
    assert ask(model, "c5", "c6", "c7")[0] == "c0"


def test_one_click_changes_the_next_answer(model):
    assert ask(model, "a1")[0][0] == "a"
    assert ask(model, "a1", "d2")[0][0] == "d"


def test_what_was_met_and_what_is_owned_is_never_an_answer(model):
    scores = scoring.score(model, events(model, "a1", "a2", "a3"))
    found = scoring.top(model, scores, 50, without=["a4", "nobody knows this"])
    assert not {"a1", "a2", "a3", "a4"} & set(found)
    assert len(found) == len(model.ids) - 4


def test_who_is_unknown_is_served_what_is_popular_first_in_what_they_declared(model):
    popular = [model.ids[place] for place in best(model.popularity, 5)]
    assert ask(model) == popular
    assert all(name[0] in "cn" for name in ask(model, interests=["subject2"])[:5])


def test_a_work_that_nobody_met_is_found_by_what_it_is_about(model):
    everything = scoring.similar(model, "new", 8)
    assert [name[0] for name in everything[:4]] == ["a"] * 4
    of_its_track = scoring.score(model, events(model, "a0", "a2", "a4", "a6"))
    of_another = scoring.score(model, events(model, "b0", "b2", "b4", "b6"))
    place = model.places["new"]
    assert of_its_track.values[place] > of_another.values[place]


def test_works_of_one_track_are_similar_and_none_to_itself(model):
    found = scoring.similar(model, "b3", 4, without=["b4"])
    assert [name[0] for name in found] == ["b"] * 4
    assert not {"b3", "b4"} & set(found)
    assert scoring.similar(model, "unheard of", 4) == []


def test_a_list_is_put_in_order_and_strangers_stay_behind(model):
    scores = scoring.score(model, events(model, "a1", "a2", "a3"))
    assert scoring.rerank(model, scores, ["unheard of", "d1", "a4", "alien"]) == ["a4", "d1", "unheard of", "alien"]


def test_the_reason_is_the_work_that_spoke_most(model):
    scores = scoring.score(model, events(model, "b1", "c6", "a3"))
    assert scoring.because(model, scores, "a4") == "a3"
    assert scoring.because(model, scores, "c7") == "c6"
    assert scoring.because(model, scoring.score(model, []), "a4") is None


def test_a_work_met_often_counts_once_as_of_the_last_time():
    met = gather([(7, 0.4, 50.0), (3, 1.0, 40.0), (7, 0.8, 10.0), (7, 1.0, 90.0)])
    assert met.works.tolist() == [7, 3]
    assert met.weights.tolist() == [1.0, 1.0]
    assert gather([(1, 1.0, 5.0), (2, 1.0, 5.0)]).works.tolist() == [2, 1]


def test_what_is_served_is_what_was_tuned(catalogue, model):
    split = last_out(catalogue.log)
    names = [work.work_id for work in catalogue.works]
    plain = fit(split.train, PLAN)
    served = serve(model_of(catalogue, split, plain), split, names)
    tabled = plain.order[: plain.met]

    def past(fading: float) -> np.ndarray:
        return histories.faded(split.past, split.readers, fading)[:, tabled]

    told = PLAN.factors
    readers = fold_in(plain.factors[: plain.met], past(told["fading"]), told["ridge"], told["confidence"])
    blend = SHARES[FACTORS.name] * histories.standard(readers @ plain.factors[: plain.met].T)
    told_by = {"ease": (EASE, PLAN.ease), "sequence": (SEQUENCE, PLAN.sequence), "outlook": (OUTLOOK, PLAN.newcomers)}
    for name, (part, settings) in told_by.items():
        blend += SHARES[part.name] * histories.standard(past(settings["fading"]) @ plain.tables[name])
    expected = ranking.best(blend + histories.seen(split.past, split.readers)[:, tabled], 5)
    same = (tabled[expected] == served[:, :5]).mean()
    assert same > 0.95  # float16 in storage may swap neighbours


def model_of(catalogue: Catalogue, split: Split, fitted: Fitted) -> scoring.Model:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return scoring.load(artefact.write(Path(folder), fitted, PLAN, replace(catalogue, log=split.train), {}))


def test_rows_that_are_cut_say_the_same_where_nothing_was_cut():
    table = np.random.default_rng(0).normal(size=(9, 9)).astype(np.float32)
    columns, values = artefact.strongest(table, 9)
    works, weights = np.array([4, 0]), np.array([1.0, 0.5], np.float32)
    dense, cut = Dense(table), Strongest(columns, values)
    assert cut.spoken(works, weights) == pytest.approx(dense.spoken(works, weights), abs=1e-5)
    assert cut.said(works, 3).tolist() == dense.said(works, 3).tolist()


def test_of_each_row_the_strongest_are_kept():
    columns, values = artefact.strongest(np.array([[0.1, -5, 2, 0], [1, 0, 0, 3]], np.float32), 2)
    assert columns.tolist() == [[1, 2], [0, 3]]
    assert values.tolist() == [[-5, 2], [1, 3]]


@pytest.mark.parametrize("limit", [1, 3, 20, 500])
def test_the_best_are_those_that_sorting_finds(limit):
    values = np.random.default_rng(limit).integers(0, 50, 997).astype(np.float32)
    values[::7] = -np.inf
    order = [place for place in np.lexsort((np.arange(997), -values)).tolist() if values[place] > -np.inf]
    assert best(values, limit) == order[:limit]


def test_scores_are_float32(model):
    assert scoring.score(model, events(model, "a1")).values.dtype == np.float32
    assert scoring.score(model, events(model, "a1", "a2", "a3")).values.dtype == np.float32


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


def test_a_model_of_which_any_byte_was_changed_is_refused(folder, tmp_path):
    for number, name in enumerate(sorted(file.name for file in folder.glob("*.npy"))):
        broken = copied(folder, tmp_path / str(number))
        content = bytearray((broken / name).read_bytes())
        content[-1] ^= 1
        (broken / name).write_bytes(content)
        with pytest.raises(scoring.Corrupt, match=name):
            scoring.load(broken)


def test_a_model_of_which_a_file_is_missing_is_refused(folder, tmp_path):
    for number, name in enumerate(sorted(file.name for file in folder.iterdir())):
        broken = copied(folder, tmp_path / str(number))
        (broken / name).unlink()
        with pytest.raises(scoring.Corrupt):
            scoring.load(broken)


def test_a_model_of_another_format_is_refused(folder, tmp_path):
    strange = copied(folder, tmp_path / "strange")
    manifest = (strange / "manifest.json").read_text()
    (strange / "manifest.json").write_text(manifest.replace('"format": 1', '"format": 2'))
    with pytest.raises(scoring.Corrupt, match="format 2"):
        scoring.load(strange)


def test_the_manifest_says_what_was_seen_and_how_good_it_is(model):
    assert model.manifest.metrics == {"ndcg10": 0.5}
    assert model.manifest.window.first < model.manifest.window.last < "2026-11-02"
    assert {"numpy", "implicit", "scipy", "texts"} <= model.manifest.versions.keys()


def test_scoring_loads_numpy_and_nothing_else_of_the_platform():
    code = (
        "import sys; before = set(sys.modules); import chalicelib.recommend.scoring; print(*set(sys.modules) - before)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.startswith("chalicelib.")} - {"chalicelib.recommend"}
    assert {name for name in ours if not name.startswith(("chalicelib.core", "chalicelib.recommend.scoring"))} == set()
    assert "numpy" in loaded
    assert not {"scipy", "implicit", "botocore", "pynamodb"} & set(loaded)


class Killed(BaseException):
    """The process ends here."""


def test_whenever_writing_is_killed_there_is_no_model_and_the_next_one_is_whole(
    catalogue, fitted, tmp_path, monkeypatch
):
    synced = os.fsync
    files = len(artefact._arrays(fitted, catalogue)) + 1
    for deadly in range(files):
        left = iter([synced] * deadly)

        def sync(descriptor, left=left):
            next(left, die)(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", sync)
            with pytest.raises(Killed):
                artefact.write(tmp_path, fitted, PLAN, catalogue, {})
        assert not [found for found in tmp_path.iterdir() if not found.name.startswith(artefact.UNFINISHED)]
    whole = artefact.write(tmp_path, fitted, PLAN, catalogue, {})
    assert list(tmp_path.iterdir()) == [whole]
    assert scoring.load(whole).manifest.version == whole.name


def die(descriptor: int) -> None:
    raise Killed
