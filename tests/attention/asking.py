"""What the network that learns says, asked as it is when serving."""

from collections.abc import Sequence

import numpy as np
import torch

from chalicelib.recommend.scoring.attention import Attention
from infra.trainer.attention import network
from infra.trainer.attention.windows import NOBODY


def by_torch(attention: Attention, met: Sequence[int]) -> np.ndarray:
    """A score for each work; the latest work met is the last."""
    weights = {name: torch.as_tensor(array) for name, array in attention.weights._asdict().items()}
    window = torch.full((1, len(attention.weights.positions)), NOBODY)
    window[0, window.shape[1] - len(met) :] = torch.as_tensor(met)
    standing = network.readers(weights, window, attention.heads, dropped=0.0)[0, -1]
    return (weights["works"] @ standing).numpy()
