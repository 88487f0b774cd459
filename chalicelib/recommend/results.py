"""What an experiment says, and how sure it is."""

import math
from collections import Counter

from msgspec import Struct

from chalicelib.recommend import outcomes
from chalicelib.recommend.experiments import Experiment, Kind

Z = 1.959964
"""Of a 95 % interval."""


class Share(Struct):
    """So many readers of those; the share, and the 95 % interval that it lies in."""

    readers: int
    share: float
    low: float
    high: float


class ArmResult(Struct):
    """``seen``: readers to whom something of it came into sight. ``clicked`` and ``bought`` of these;
    ``more_clicked`` and ``more_bought``: by how much more than of the first arm, at least and at most (95 %)."""

    name: str
    seen: int
    clicked: Share
    bought: Share
    more_clicked: tuple[float, float] | None = None
    more_bought: tuple[float, float] | None = None


class Preference(Struct):
    """Readers who clicked more of each arm's places. ``p``: how often chance alone would be that uneven."""

    first: int
    second: int
    neither: int
    p: float


class Result(Struct):
    """``arms`` of a split, ``preference`` of an interleaved one."""

    experiment: Experiment
    arms: list[ArmResult] | None = None
    preference: Preference | None = None


def of(experiment: Experiment) -> Result:
    sums = outcomes.figures(experiment)
    if experiment.kind == Kind.INTERLEAVED:
        first, second = sums["wins.0"], sums["wins.1"]
        return Result(experiment, preference=Preference(first, second, sums["wins.none"], sign_test(first, second)))
    return Result(experiment, arms=[_arm(experiment, number, sums) for number in range(len(experiment.arms))])


def wilson(some: int, of: int) -> tuple[float, float]:
    """The interval of a share (Wilson, JASA 1927). Everything, where there are none."""
    if of == 0:
        return 0.0, 1.0
    share, square = some / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def difference(some: int, of: int, base: int, of_base: int) -> tuple[float, float]:
    """The interval of one share less another (Newcombe, Statistics in Medicine 1998, method 10)."""
    low, high = wilson(some, of)
    base_low, base_high = wilson(base, of_base)
    share, base_share = some / of if of else 0.0, base / of_base if of_base else 0.0
    apart = share - base_share
    down = math.hypot(share - low, base_high - base_share)
    up = math.hypot(high - share, base_share - base_low)
    return max(-1.0, apart - down), min(1.0, apart + up)


def sign_test(first: int, second: int) -> float:
    """Two-sided, exact up to 1,000 readers, by the normal curve beyond (with its correction for continuity)."""
    total, fewer = first + second, min(first, second)
    if total == 0:
        return 1.0
    if total <= 1_000:
        tail = sum(math.comb(total, number) for number in range(fewer + 1))
        return min(1.0, float(2 * tail / 2**total))
    away = max(0.0, (total / 2 - fewer - 0.5) / (math.sqrt(total) / 2))
    return min(1.0, math.erfc(away / math.sqrt(2)))


def _arm(experiment: Experiment, number: int, sums: Counter[str]) -> ArmResult:
    seen = _seen(sums, number)
    result = ArmResult(
        experiment.arms[number].name,
        seen,
        _share(sums[f"{number}.{outcomes.CLICKED}"], seen),
        _share(sums[f"{number}.{outcomes.BOUGHT}"], seen),
    )
    if number:
        result.more_clicked = _more(sums, number, outcomes.CLICKED)
        result.more_bought = _more(sums, number, outcomes.BOUGHT)
    return result


def _seen(sums: Counter[str], number: int) -> int:
    """Who clicked has seen it, whether or not that was told."""
    return max(sums[f"{number}.{mark}"] for mark in (outcomes.SEEN, outcomes.CLICKED, outcomes.BOUGHT))


def _share(some: int, of: int) -> Share:
    low, high = wilson(some, of)
    return Share(some, some / of if of else 0.0, low, high)


def _more(sums: Counter[str], number: int, mark: str) -> tuple[float, float]:
    return difference(sums[f"{number}.{mark}"], _seen(sums, number), sums[f"0.{mark}"], _seen(sums, 0))
