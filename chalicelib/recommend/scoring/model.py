"""A model in memory."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places, Stored
from chalicelib.recommend.scoring.attention import Attention
from chalicelib.recommend.scoring.history import History
from chalicelib.recommend.scoring.manifest import Manifest
from chalicelib.recommend.scoring.tables import Table


class Part(NamedTuple):
    """A table, how fast the past fades for it, and its share of the blend."""

    table: Table
    fading: float
    share: float

    def scores(self, history: History) -> Floats:
        """For each work of the table, unscaled. Works met that the table does not have say nothing."""
        works, weights = history.works, history.faded(self.fading)
        if len(works) and works.max() >= self.table.size:
            known = works < self.table.size
            works, weights = works[known], weights[known]
        return self.table.spoken(works, weights)


class Factors(NamedTuple):
    """Implicit-feedback factors, the readers' half folded in at the moment of asking.

    Solves ``(Y'Y + ridge I + Σ confidence w y y') u = Σ (1 + confidence) w y`` over the works met (Hu, Koren, Volinsky,
    ICDM 2008, equation 4, with fading weights w in place of 1). ``gram`` is Y'Y over works that readers met.
    """

    works: Floats
    unit: Floats
    gram: Floats
    fading: float
    share: float
    confidence: float
    ridge: float

    def reader(self, history: History) -> Floats:
        """Where the reader stands among the factors."""
        met, weights = self.works[history.works], history.faded(self.fading)
        seen = self.gram + np.float32(self.confidence) * (met.T * weights) @ met
        seen.flat[:: len(seen) + 1] += np.float32(self.ridge)
        found: Floats = np.linalg.solve(seen, np.float32(1 + self.confidence) * (weights @ met))
        return found

    def scores(self, history: History) -> Floats:
        """For each work, those that nobody met, too."""
        return self.works @ self.reader(history)


class Model(NamedTuple):
    """Works are known by their place in ``ids``: first those that the tables have, then those known by factors alone,
    new ones among them. ``popularity`` is standardised; ``subjects[name]`` are the places of its works. ``parts`` are
    those that have a share in the blend; ``outlook`` says what a newcomer will meet some time; ``attention`` knows the
    tables' works, and has its share where it was learned."""

    manifest: Manifest
    ids: tuple[str, ...]
    places: Mapping[str, int]
    parts: tuple[Part, ...]
    outlook: Part
    factors: Factors
    popularity: Floats
    subjects: Mapping[str, Places]
    attention: tuple[Attention, ...] = ()

    @property
    def tabled(self) -> int:
        """How many works the tables have, from the first."""
        return self.outlook.table.size

    def known(self, work_ids: Iterable[str]) -> list[int]:
        """The places of those works that the model has."""
        return [place for work_id in work_ids if (place := self.places.get(work_id)) is not None]


def index(ids: Stored) -> tuple[tuple[str, ...], dict[str, int]]:
    """Ids as text, and where each is."""
    names = tuple(name.decode() for name in ids.tolist())
    return names, {name: place for place, name in enumerate(names)}
