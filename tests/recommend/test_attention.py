"""Attention as it is served: what its formula says, in whatever order that is computed."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.artefact import digest
from chalicelib.recommend.scoring.attention import Attention, Weights, shapes
from chalicelib.recommend.scoring.history import gather
from tests.recommend.attending import drawn, golden
from tests.recommend.trained import a_folder

WORKS = [f"w{number}" for number in range(12)]


def slowly(attention: Attention, met: list[int]) -> list[float]:
    """Every place of every layer, number by number, in double precision: nothing is shared with what is tested."""
    works, positions, projections, inner, outer, scales = (each.astype(float).tolist() for each in attention.weights)
    width, heads = len(works[0]), attention.heads
    rows = [
        [a + b for a, b in zip(works[work], positions[len(positions) - len(met) + place], strict=True)]
        for place, work in enumerate(met)
    ]
    for layer in range(len(inner)):
        query, key, value, back = projections[layer]
        normed = [norm(row, scales[2 * layer]) for row in rows]
        asks, keys, values = ([times(row, matrix) for row in normed] for matrix in (query, key, value))
        gathered = [
            [part for head in range(heads) for part in look(asks[place], keys, values, place, head, width // heads)]
            for place in range(len(met))
        ]
        rows = [plus(row, times(found, back)) for row, found in zip(rows, gathered, strict=True)]
        insides = [times(norm(row, scales[2 * layer + 1]), inner[layer]) for row in rows]
        fed = [times([max(0.0, each) for each in inside], outer[layer]) for inside in insides]
        rows = [plus(row, each) for row, each in zip(rows, fed, strict=True)]
    last = norm(rows[-1], scales[-1])
    return [sum(a * b for a, b in zip(last, work, strict=True)) for work in works]


def look(ask: list, keys: list, values: list, place: int, head: int, size: int) -> list[float]:
    """What a place takes from those until it, by one head."""
    span = range(head * size, (head + 1) * size)
    heeded = [math.exp(sum(ask[i] * keys[other][i] for i in span) / math.sqrt(size)) for other in range(place + 1)]
    return [sum(heed * values[other][i] for other, heed in enumerate(heeded)) / sum(heeded) for i in span]


def norm(row: list, scale: list) -> list[float]:
    root = math.sqrt(sum(each * each for each in row) / len(row) + 1e-6)
    return [each / root * by for each, by in zip(row, scale, strict=True)]


def times(row: list, matrix: list) -> list[float]:
    return [
        sum(each * line[column] for each, line in zip(row, matrix, strict=True)) for column in range(len(matrix[0]))
    ]


def plus(row: list, other: list) -> list[float]:
    return [a + b for a, b in zip(row, other, strict=True)]


def served(attention: Attention, met: list[int]) -> np.ndarray:
    return attention.scores(gather([(work, 1.0, float(len(met) - place)) for place, work in enumerate(met)]))


@pytest.mark.parametrize("layers, heads", [(1, 1), (2, 2), (3, 4)])
@pytest.mark.parametrize("met", [[5], [3, 1, 4], [11, 0, 7, 2, 9, 5]])
def test_the_last_place_is_what_the_formula_says_of_all_places(layers, heads, met):
    attention = drawn(layers=layers, heads=heads)
    assert served(attention, met) == pytest.approx(slowly(attention, met), rel=1e-4, abs=1e-4)


def test_it_says_what_torch_said_when_it_was_stored():
    attention, readers, scores = golden()
    for met, expected in zip(readers, scores, strict=True):
        assert served(attention, met.tolist()) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_it_looks_at_the_latest_works_alone_and_at_their_order():
    attention = drawn()
    assert served(attention, [8, 10, 11, 0, 7, 2, 9, 5]) == pytest.approx(served(attention, [11, 0, 7, 2, 9, 5]))
    assert served(attention, [3, 1, 4]) != pytest.approx(served(attention, [1, 3, 4]))


def test_works_that_it_does_not_know_say_nothing():
    attention = drawn()
    assert served(attention, [3, 99, 4]) == pytest.approx(served(attention, [3, 4]))
    assert served(attention, [99]).tolist() == [0.0] * 12


def test_scores_are_float32():
    assert served(drawn(), [3, 1]).dtype == np.float32


def attentive(at: Path, attention: Attention, others: float = 0.0, works: int = 12, **shape: object) -> Path:
    """A model's folder of which attention is a part; the only table has a share of ``others``."""
    folder = a_folder(at, "attentive", WORKS[:works], {"w0": {"w1": 1.0}})
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, array in attention.weights._asdict().items():
        np.save(folder / f"attention.{name}.npy", array.astype(np.float16))
        manifest["files"][f"attention.{name}.npy"] = digest((folder / f"attention.{name}.npy").read_bytes())
    manifest["parts"][0]["share"] = others
    manifest["attention"] = [{"name": "attention", "heads": attention.heads, "share": attention.share} | shape]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 2}))
    return folder


def test_it_is_read_from_a_folder_and_takes_its_share(tmp_path):
    attention = drawn()
    model = scoring.load(attentive(tmp_path / "alone", attention))
    met = [(3, 1.0, 2.0), (0, 1.0, 1.0)]
    alone = served(attention, [3, 0])
    assert scoring.score(model, met).values == pytest.approx((alone - alone.mean()) / alone.std(), abs=1e-3)
    both = scoring.load(attentive(tmp_path / "both", attention, others=2.0))
    table = np.zeros(12)
    table[1] = 1.0
    blend = (alone - alone.mean()) / alone.std() + 2 * (table - table.mean()) / table.std()
    assert scoring.score(both, met).values == pytest.approx((blend - blend.mean()) / blend.std(), abs=1e-3)


def test_works_that_only_factors_know_are_placed_by_them(tmp_path):
    model = scoring.load(attentive(tmp_path / "model", drawn()))
    factors = np.vstack([model.factors.works, [[0.5, 0.5]]]).astype(np.float32)
    longer = model._replace(factors=model.factors._replace(works=factors))
    events = [(3, 1.0, 2.0), (0, 1.0, 1.0)]
    found, by_factors = scoring.score(longer, events), longer.factors.scores(gather(events))
    tabled = by_factors[: model.tabled]
    assert found.values[:-1] == pytest.approx(scoring.score(model, events).values)
    assert found.values[-1] == pytest.approx((by_factors[-1] - tabled.mean()) / tabled.std(), abs=1e-3)


@pytest.mark.parametrize("name", Weights._fields)
def test_weights_of_which_a_byte_was_changed_or_a_number_is_none_are_refused(tmp_path, name):
    folder = attentive(tmp_path / "changed", drawn())
    content = bytearray((folder / f"attention.{name}.npy").read_bytes())
    content[-1] ^= 1
    (folder / f"attention.{name}.npy").write_bytes(content)
    with pytest.raises(scoring.Corrupt, match=f"attention.{name}.npy"):
        scoring.load(folder)
    weights = drawn().weights
    broken = weights._replace(**{name: np.full_like(getattr(weights, name), np.nan)})
    with pytest.raises(scoring.Corrupt, match="not a number"):
        scoring.load(attentive(tmp_path / "none", Attention(broken, 2, 1.0)))


@pytest.mark.parametrize("name", Weights._fields)
def test_weights_that_do_not_fit_one_another_are_refused(tmp_path, name):
    weights = drawn().weights
    cut = getattr(weights, name)
    for number, shorter in enumerate((cut[:-1], cut[..., :-1], cut[0])):
        broken = Attention(weights._replace(**{name: shorter}), 2, 1.0)
        if name == "positions" and number == 0:
            continue  # a shorter reach fits
        with pytest.raises(scoring.Corrupt):
            scoring.load(attentive(tmp_path / str(number), broken))


def test_weights_of_other_works_or_for_other_heads_are_refused(tmp_path):
    with pytest.raises(scoring.Corrupt, match="do not fit"):
        scoring.load(attentive(tmp_path / "works", drawn(works=11)))
    for number, heads in enumerate((0, 3)):
        with pytest.raises(scoring.Corrupt, match="heads"):
            scoring.load(attentive(tmp_path / str(number), drawn(), heads=heads))


def test_who_does_not_know_attention_refuses_the_whole_model(tmp_path):
    """By its format, so that no blend is served that nobody tuned; a model without it keeps the format of before."""
    folder = attentive(tmp_path / "model", drawn())
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 1}))
    with pytest.raises(scoring.Corrupt, match="format 1"):
        scoring.load(folder)


def test_shapes_are_those_of_the_fields():
    assert tuple(shapes(1, 1, 1, 1, 1)) == Weights._fields
