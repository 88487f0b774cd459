"""Learning epoch by epoch, going on for as long as somebody asks for more."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Places
from chalicelib.recommend.scoring.attention import Attention, Weights
from infra.trainer.attention import network
from infra.trainer.attention.windows import NOBODY, windows
from infra.trainer.log import Log

SEED = 23
BATCH = 32
"""Windows a step."""
STEPS = 100
"""An epoch sees each window once, or, where there are more, so many batches of them drawn by chance: that bounds the
time of learning, and steps, unlike seconds, are the same on every machine."""
RISING = 100
"""Steps until the rate of learning is what it shall be."""
STEEPEST = 1.0
"""Gradients longer than this are shortened."""
ALL = 4_096
"""Of more works, so many are drawn for each step, and the answer is looked for among these."""


class Shape(NamedTuple):
    """What does not change while learning."""

    width: int
    layers: int
    heads: int
    reach: int
    dropped: float
    rate: float


class Course:
    """One course of learning. What it knows after so many epochs depends on the log, the shape and their number alone:
    each epoch has a seed of its own. ``kept`` are the epochs that may be asked for again."""

    def __init__(self, log: Log, shape: Shape, kept: frozenset[int]) -> None:
        torch.set_num_threads(1)
        self._log, self._shape, self._kept = log, shape, kept
        self._weights = network.beginning(log.works, shape.width, shape.reach, shape.layers, SEED)
        self._adam = torch.optim.Adam(self._weights.values(), lr=shape.rate, betas=(0.9, 0.98))
        self._epochs = self._steps = 0
        self._known: dict[int, Attention] = {}

    def after(self, epochs: int) -> Attention:
        """What is known then; learns as far as that takes."""
        for _ in tqdm(range(epochs - self._epochs), desc="attention", unit="epoch", leave=False):
            self._epoch()
        return self._known[epochs]

    def _epoch(self) -> None:
        self._epochs += 1
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED + self._epochs)
            generator = np.random.default_rng([SEED, self._epochs])
            met, following = windows(self._log, self._shape.reach, STEPS * BATCH, generator)
            for start, end in pairwise([*range(0, len(met), BATCH), len(met)]):
                self._step(met[start:end], following[start:end])
        if self._epochs in self._kept:
            self._known[self._epochs] = self._served()

    def _step(self, met: Places, following: Places) -> None:
        self._steps += 1
        for group in self._adam.param_groups:
            group["lr"] = self._shape.rate * min(1.0, self._steps / RISING)
        self._adam.zero_grad()
        self._loss(torch.as_tensor(met), torch.as_tensor(following)).backward()
        torch.nn.utils.clip_grad_norm_(self._weights.values(), STEEPEST)
        self._adam.step()

    def _loss(self, met: Tensor, following: Tensor) -> Tensor:
        asked = following != NOBODY
        standing = network.readers(self._weights, met, self._shape.heads, self._shape.dropped)[asked]
        drawn = torch.randint(self._log.works, (ALL,)) if self._log.works > ALL else None
        return network.loss(self._weights, standing, following[asked], drawn)

    def _served(self) -> Attention:
        arrays = {name: weight.detach().numpy().copy() for name, weight in self._weights.items()}
        return Attention(Weights(**arrays), self._shape.heads, share=1.0)
