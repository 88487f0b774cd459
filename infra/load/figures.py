"""From seconds to ratios: what a request takes, beside the calls that it makes to DynamoDB.

A request's ratio is its latency over the sum of the median latencies of its bare calls, made by the same clients in
the same run, in turns with the requests. ``p50_ratio`` is the median of these ratios, ``p95_ratio`` their 95th
percentile; over all requests, and for each kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

Seconds = Sequence[float]


def figures(requests: Mapping[str, Seconds], bare: Mapping[str, Sequence[Seconds]], errors: int) -> dict[str, Any]:
    """``requests``: the latencies by kind. ``bare``: by kind, one sequence of latencies for each round of its calls.

    A kind whose calls were never made alone has no ratio, and counts in none.
    """
    known = {kind: bare_seconds(rounds) for kind, rounds in bare.items() if rounds}
    ratios = {kind: [each / known[kind] for each in taken] for kind, taken in requests.items() if kind in known}
    return {
        "requests": sum(len(taken) for taken in requests.values()),
        "errors": errors,
        **_percentiles(ratio for each in ratios.values() for ratio in each),
        "kinds": {
            kind: {"requests": len(taken), "calls": len(bare[kind][0]), **_percentiles(ratios[kind])}
            for kind, taken in sorted(requests.items())
            if kind in ratios
        },
    }


def bare_seconds(rounds: Sequence[Seconds]) -> float:
    """The sum of the median of each call."""
    return float(sum(median(call) for call in zip(*rounds, strict=True)))


def _percentiles(ratios: Iterable[float]) -> dict[str, float]:
    ordered = sorted(ratios)
    return {"p50_ratio": _at(ordered, 0.5), "p95_ratio": _at(ordered, 0.95)}


def _at(ordered: Sequence[float], share: float) -> float:
    """The nearest rank: the smallest that so many are not above."""
    return round(ordered[max(0, -int(-len(ordered) * share // 1) - 1)], 3) if ordered else 0.0
