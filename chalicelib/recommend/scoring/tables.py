"""How much a work speaks for each other: all pairs of a small catalogue, the strongest of each row of a large one."""

from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places, Stored


class Dense(NamedTuple):
    """``values[a, b]``: what having met a says for b."""

    values: Floats

    @property
    def size(self) -> int:
        return len(self.values)

    def spoken(self, works: Places, weights: Floats) -> Floats:
        """The weighted sum of these rows."""
        summed: Floats = weights @ self.values[works]
        return summed

    def said(self, works: Places, about: int) -> Floats:
        """What each of these rows says for one work."""
        said: Floats = self.values[works, about]
        return said


class Strongest(NamedTuple):
    """``values[a, k]`` is what a says for ``columns[a, k]``; for all others it says nothing."""

    columns: Stored
    values: Floats

    @property
    def size(self) -> int:
        return len(self.values)

    def spoken(self, works: Places, weights: Floats) -> Floats:
        """The weighted sum of these rows."""
        weighted = self.values[works] * weights[:, None]
        return np.bincount(self.columns[works].ravel(), weighted.ravel(), self.size).astype(np.float32)

    def said(self, works: Places, about: int) -> Floats:
        """What each of these rows says for one work."""
        said: Floats = np.where(self.columns[works] == about, self.values[works], np.float32(0)).sum(axis=1)
        return said


Table = Dense | Strongest
