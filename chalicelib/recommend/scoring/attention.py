"""What a reader meets next, by causal self-attention over the works met last: one reader, the last place, no framework.

SASRec (Kang and McAuley, ICDM 2018) with tied embeddings, the norms before what they feed (root mean square alone), and
no biases. It is learned elsewhere: infra/trainer/attention says how.
"""

from typing import NamedTuple

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats, Places
from chalicelib.recommend.scoring.history import History

NEVER = np.float32(-1e9)
"""Added where a work would look at one that was met later."""
TINY = np.float32(1e-6)


class Weights(NamedTuple):
    """``works`` (works × width) are what goes in and what is compared with in the end. ``positions`` (reach × width):
    the last row is the latest work's. For each layer four ``projections`` (width × width: queries, keys, values, and
    back), ``inner`` (width × inside) and ``outer`` (inside × width); two rows of ``scales``; one in the end."""

    works: Floats
    positions: Floats
    projections: Floats
    inner: Floats
    outer: Floats
    scales: Floats


Shape = tuple[int, ...]


def shapes(works: int, width: int, reach: int, layers: int, inside: int) -> dict[str, Shape]:
    """How the weights must be shaped for one another."""
    return {
        "works": (works, width),
        "positions": (reach, width),
        "projections": (layers, 4, width, width),
        "inner": (layers, width, inside),
        "outer": (layers, inside, width),
        "scales": (2 * layers + 1, width),
    }


class Attention(NamedTuple):
    """Weights, into how many heads their width is cut, and the share of the blend."""

    weights: Weights
    heads: int
    share: float

    def scores(self, history: History) -> Floats:
        """For each work, unscaled. Works met that it does not know say nothing."""
        known = history.works[history.works < len(self.weights.works)]
        found: Floats = self.weights.works @ self.reader(known[: len(self.weights.positions)][::-1])
        return found

    def reader(self, met: Places) -> Floats:
        """Where the reader stands among the works, from the places of those met, the latest last, no more than reach.
        Nowhere, if none."""
        works, positions, _, inner, _, scales = self.weights
        if not len(met):
            return np.zeros(works.shape[1], np.float32)
        told = works[met] + positions[-len(met) :]
        for layer in range(len(inner)):
            asking = 1 if layer == len(inner) - 1 else len(met)
            told = self._fed(layer, told[-asking:] + self._attended(layer, told, asking))
        return _normed(told[-1], scales[-1])

    def _attended(self, layer: int, told: Floats, asking: int) -> Floats:
        """What the last ``asking`` places gather from themselves and those before them."""
        query, key, value, back = self.weights.projections[layer]
        told = _normed(told, self.weights.scales[2 * layer])
        asks, keys, values = (self._cut(each) for each in (told[-asking:] @ query, told @ key, told @ value))
        heeded = asks @ keys.transpose(0, 2, 1) / np.float32(np.sqrt(asks.shape[2]))
        if asking > 1:
            heeded += np.triu(np.full((asking, asking), NEVER), 1)
        gathered = _softmax(heeded) @ values
        found: Floats = gathered.transpose(1, 0, 2).reshape(asking, -1) @ back
        return found

    def _cut(self, rows: Floats) -> Floats:
        """heads × places × width ÷ heads."""
        return rows.reshape(len(rows), self.heads, -1).transpose(1, 0, 2)

    def _fed(self, layer: int, told: Floats) -> Floats:
        """Each place by itself."""
        inside = _normed(told, self.weights.scales[2 * layer + 1]) @ self.weights.inner[layer]
        found: Floats = told + np.maximum(inside, np.float32(0)) @ self.weights.outer[layer]
        return found


def _normed(rows: Floats, scale: Floats) -> Floats:
    """Each row with mean square 1, then scaled (Zhang and Sennrich, NeurIPS 2019)."""
    square = np.square(rows).mean(axis=-1, keepdims=True)
    normed: Floats = rows * (scale / np.sqrt(square + TINY))
    return normed


def _softmax(rows: Floats) -> Floats:
    rows = np.exp(rows - rows.max(axis=-1, keepdims=True))
    softened: Floats = rows / rows.sum(axis=-1, keepdims=True)
    return softened
