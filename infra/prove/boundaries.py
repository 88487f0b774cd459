"""The calls at which things go wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Boundaries:
    """How often each call was passed, by who made it and its name; and how often something went wrong at it."""

    passed: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    seeds: dict[str, int] = field(default_factory=dict)
    """A history that passes it, of each that any did."""

    def __add__(self, other: Boundaries) -> Boundaries:
        return Boundaries(self.passed + other.passed, self.hit + other.hit, other.seeds | self.seeds)

    def never_hit(self) -> list[str]:
        return sorted(self.passed.keys() - self.hit.keys())
