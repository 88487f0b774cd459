"""Attention with weights that were drawn: what it must answer is known from a loop, and from torch."""

from pathlib import Path

import numpy as np

from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.attention import Attention, Weights, shapes

GOLDEN = Path(__file__).with_name("attention.npz")
"""Weights, works met, and what torch says to them; tests/attention/golden.py makes it."""


def drawn(works: int = 12, width: int = 8, reach: int = 6, layers: int = 2, heads: int = 2, seed: int = 3) -> Attention:
    """As they are stored: in float16, read as float32."""
    generator = np.random.default_rng(seed)
    shaped = shapes(works, width, reach, layers, 2 * width).values()
    weights = (generator.normal(0, 0.5, shape).astype(np.float16).astype(np.float32) for shape in shaped)
    return Attention(Weights(*weights), heads, share=1.0)


def golden() -> tuple[Attention, list[Floats], Floats]:
    """The model, some readers' works, the latest last, and the scores of each."""
    with np.load(GOLDEN) as file:
        weights = Weights(*(file[name].astype(np.float32) for name in Weights._fields))
        met = [row[row >= 0] for row in file["met"]]
        return Attention(weights, int(file["heads"]), share=1.0), met, file["scores"]
