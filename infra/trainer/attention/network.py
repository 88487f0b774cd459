"""The network of chalicelib/recommend/scoring/attention.py, for learning: many windows at once, each asked at every
place, with dropout."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, dropout, relu

from chalicelib.recommend.scoring.attention import NEVER, TINY, shapes
from infra.trainer.attention.windows import NOBODY

Parameters = dict[str, Tensor]
EMBEDDED = 0.02
"""The deviation of embeddings before the first step."""


def beginning(works: int, width: int, reach: int, layers: int, seed: int) -> Parameters:
    """Weights drawn so that no layer makes its input much larger."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(name: str, shape: tuple[int, ...]) -> Tensor:
        if name == "scales":
            return torch.ones(shape)
        deviation = EMBEDDED if name in ("works", "positions") else shape[-2] ** -0.5
        return torch.randn(shape, generator=generator) * deviation

    shaped = shapes(works, width, reach, layers, 2 * width)
    return {name: drawn(name, shape).requires_grad_() for name, shape in shaped.items()}


def readers(weights: Mapping[str, Tensor], met: Tensor, heads: int, dropped: float) -> Tensor:
    """windows × reach × width: where each reader stands after each work. ``dropped`` is 0 to ask rather than learn."""
    hidden = _hidden(met)
    told = weights["works"][met.clamp(min=0)] * (met != NOBODY)[:, :, None] + weights["positions"]
    told = dropout(told, dropped)
    for layer in range(len(weights["inner"])):
        told = told + dropout(_attended(weights, layer, told, hidden, heads, dropped), dropped)
        inside = relu(_normed(told, weights["scales"][2 * layer + 1]) @ weights["inner"][layer])
        told = told + dropout(dropout(inside, dropped) @ weights["outer"][layer], dropped)
    return _normed(told, weights["scales"][-1])


def loss(weights: Mapping[str, Tensor], standing: Tensor, following: Tensor, drawn: Tensor | None) -> Tensor:
    """Cross entropy of what followed among all works; or, with some ``drawn`` evenly, among these, each of which stands
    for works ÷ drawn others (Jean et al., ACL 2015, section 3)."""
    works = weights["works"]
    if drawn is None:
        return cross_entropy(standing @ works.T, following)
    right = (standing * works[following]).sum(-1, keepdim=True)
    others = standing @ works[drawn].T + math.log(len(works) / len(drawn))
    others = others.masked_fill(drawn == following[:, None], float(NEVER))
    return cross_entropy(torch.cat([right, others], 1), torch.zeros_like(following))


def _hidden(met: Tensor) -> Tensor:
    """windows × 1 × reach × reach: which places a place does not look at: later ones, and empty ones but itself."""
    places = torch.arange(met.shape[1])
    later = places[:, None] < places
    empty = (met == NOBODY)[:, None, :] & (places[:, None] != places)
    return (later | empty)[:, None]


def _attended(
    weights: Mapping[str, Tensor], layer: int, told: Tensor, hidden: Tensor, heads: int, dropped: float
) -> Tensor:
    query, key, value, back = weights["projections"][layer]
    told = _normed(told, weights["scales"][2 * layer])
    asks, keys, values = ((told @ each).unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    heeded = asks @ keys.transpose(-1, -2) / math.sqrt(asks.shape[-1])
    heeded = dropout(heeded.masked_fill(hidden, float(NEVER)).softmax(-1), dropped)
    return (heeded @ values).transpose(1, 2).flatten(2) @ back


def _normed(rows: Tensor, scale: Tensor) -> Tensor:
    return rows * torch.rsqrt(rows.square().mean(-1, keepdim=True) + float(TINY)) * scale
