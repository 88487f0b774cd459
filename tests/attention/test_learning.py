"""The network that learns is the one that is served, and a course can be gone on with."""

from itertools import starmap

import numpy as np
import pytest
import torch

from chalicelib.recommend.scoring.attention import Attention
from infra.trainer.attention import course, network
from infra.trainer.attention.course import Course, Shape
from infra.trainer.attention.part import ATTENTION, Learner
from infra.trainer.log import Log
from tests.attention.asking import by_torch
from tests.recommend.attending import drawn, golden
from tests.trainer.test_models import a_log

SMALL = Shape(width=16, layers=2, heads=2, reach=8, dropped=0.1, rate=0.01)
KEPT = frozenset({2, 4})


def rounds(works: int = 20, readers: int = 320, length: int = 6) -> Log:
    """Everybody goes around, from any work on."""
    return a_log([[(start + step) % works for step in range(length)] for start in range(readers)], works)


@pytest.mark.parametrize("layers, heads", [(1, 1), (2, 2), (3, 4)])
@pytest.mark.parametrize("met", [[5], [3, 1, 4], [11, 0, 7, 2, 9, 5]])
def test_numpy_says_what_torch_says(layers, heads, met):
    attention = drawn(layers=layers, heads=heads)
    ours = attention.weights.works @ attention.reader(np.array(met))
    assert ours == pytest.approx(by_torch(attention, met), rel=1e-4, abs=1e-4)


def test_what_is_stored_for_those_without_torch_is_what_torch_says():
    attention, readers, scores = golden()
    for met, expected in zip(readers, scores, strict=True):
        assert by_torch(attention, met.tolist()) == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_no_place_looks_ahead():
    weights = {name: torch.as_tensor(array) for name, array in drawn().weights._asdict().items()}
    windows = torch.tensor([[1, 2, 3, 4, 5, 6], [1, 2, 3, 9, 8, 7]])
    one, other = network.readers(weights, windows, 2, 0.0)
    assert torch.equal(one[:3], other[:3])
    assert not torch.allclose(one[3:], other[3:])


def test_what_comes_next_is_learned():
    learned = Course(rounds(), SMALL, frozenset({30})).after(30)
    for work in range(20):
        met = np.array([(work + step) % 20 for step in range(3)])
        assert (learned.weights.works @ learned.reader(met)).argmax() == (work + 3) % 20


def test_the_same_log_and_shape_give_the_same_weights_at_once_or_step_by_step():
    whole = Course(rounds(), SMALL, KEPT).after(4)
    torch.manual_seed(99)
    halves = Course(rounds(), SMALL, KEPT)
    half = halves.after(2)
    torch.rand(7)
    assert same(whole, halves.after(4))
    assert same(half, halves.after(2))
    assert not same(half, whole)


def same(one: Attention, other: Attention) -> bool:
    return all(starmap(np.array_equal, zip(one.weights, other.weights, strict=True)))


def test_learning_leaves_chance_to_others_as_it_was():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Course(rounds(), SMALL, KEPT).after(2)
    assert torch.equal(torch.rand(3), expected)


def test_a_search_goes_on_with_what_was_learned_on_the_same_log(monkeypatch):
    learned = []
    monkeypatch.setattr(Course, "_epoch", counted(Course._epoch, learned))
    learn, told, log = Learner(), {**ATTENTION.start, "width": 8.0}, rounds()
    for epochs in (20.0, 40.0, 20.0):
        learn(log, {**told, "epochs": epochs})
    assert len(learned) == 40
    learn(log, {**told, "epochs": 20.0, "dropout": 0.5})
    learn(rounds(), {**told, "epochs": 20.0})
    assert len(learned) == 40 + 20 + 20


def counted(epoch, calls):
    def counting(self):
        calls.append(self)
        epoch(self)

    return counting


def test_an_epoch_takes_so_many_steps_at_most(monkeypatch):
    monkeypatch.setattr(course, "STEPS", 3)
    monkeypatch.setattr(course, "BATCH", 4)
    begun = Course(rounds(), SMALL, frozenset({2}))
    begun.after(2)
    assert begun._steps == 6


def test_drawn_works_stand_for_all():
    """Over many draws the loss among some works is near that among all; drawing all gives it exactly."""
    torch.manual_seed(1)
    weights = {"works": torch.randn(400, 8) * 0.5}
    standing, following = torch.randn(64, 8), torch.randint(400, (64,))
    everything = network.loss(weights, standing, following, None)
    assert network.loss(weights, standing, following, torch.arange(400)) == pytest.approx(float(everything), rel=1e-5)
    some = [network.loss(weights, standing, following, torch.randint(400, (100,))) for _ in range(200)]
    assert float(torch.stack(some).mean()) == pytest.approx(float(everything), rel=0.02)


def test_a_catalogue_of_many_works_is_learned_from_some(monkeypatch):
    monkeypatch.setattr(course, "ALL", 8)
    learned = Course(rounds(), SMALL, frozenset({30})).after(30)
    met = np.array([3, 4, 5])
    assert (learned.weights.works @ learned.reader(met)).argmax() == 6
