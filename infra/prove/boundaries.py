"""The calls at which things go wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from infra.prove.wire import Fault

Aims = tuple[tuple[str, Fault], ...]
"""At which boundaries what goes wrong, the first time that each is passed."""


class Seed(NamedTuple):
    """A history by its seed."""

    seed: int
    aims: Aims = ()


class Single(NamedTuple):
    """A story in a variant, and the fault at one of its calls; ``at`` 0 is none."""

    story: int
    variant: int
    at: int
    fault: Fault
    aims: Aims = ()


Way = Seed | Single


@dataclass
class Boundaries:
    """How often each call was passed, by who made it and its name; and how often something went wrong at it."""

    passed: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    ways: dict[str, Way] = field(default_factory=dict)
    """To each, for all that were passed."""

    def __add__(self, other: Boundaries) -> Boundaries:
        return Boundaries(self.passed + other.passed, self.hit + other.hit, other.ways | self.ways)

    def never_hit(self) -> list[str]:
        return sorted(self.passed.keys() - self.hit.keys())
