"""Exponential decay, kept incrementally.

A sum of faded weights is kept with the moment that it is as of. Adding an event brings both to the later moment, so
the order of additions does not matter. All sums fade at one rate, so ``heat`` compares them at any time: the order of
works changes only when something happens to one of them ("Forward Decay", Cormode et al., ICDE 2009, section III).
"""

import math
from typing import NamedTuple

HALF_LIFE = 7 * 86_400


class Points(NamedTuple):
    """``amount`` as of ``at``, in seconds since 1970."""

    amount: float
    at: float


NOTHING = Points(0.0, 0.0)


def faded(points: Points, at: float) -> float:
    """What is left at a later moment."""
    return points.amount * math.exp2((points.at - at) / HALF_LIFE)


def add(points: Points, weight: float, at: float) -> Points:
    """With one more event, of that weight when it happened."""
    later = max(points.at, at)
    return Points(faded(points, later) + faded(Points(weight, at), later), later)


def heat(points: Points) -> float:
    """The binary logarithm of what the sum would be had it never faded: one more is twice as much."""
    return math.log2(points.amount) + points.at / HALF_LIFE if points.amount > 0 else -math.inf
