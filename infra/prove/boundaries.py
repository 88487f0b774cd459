"""The calls at which things go wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from infra.prove.wire import Fault

Way = tuple[int, tuple[tuple[str, Fault], ...]]
"""A history by its seed, and at which boundaries what goes wrong in it beside what chance says."""


@dataclass
class Boundaries:
    """How often each call was passed, by who made it and its name; and how often something went wrong at it."""

    passed: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    ways: dict[str, Way] = field(default_factory=dict)
    """To it, for each that any history passed."""

    def __add__(self, other: Boundaries) -> Boundaries:
        return Boundaries(self.passed + other.passed, self.hit + other.hit, other.ways | self.ways)

    def never_hit(self) -> list[str]:
        return sorted(self.passed.keys() - self.hit.keys())
