"""Measures several things in turns, so that what slows the machine for a moment slows all of them."""

from collections.abc import Callable, Mapping
from statistics import median

RUNS = 15


def medians(
    measures: Mapping[str, Callable[[], float]], *, runs: int = RUNS, say: Callable[[str], None]
) -> dict[str, float]:
    """Seconds, each the median of `runs` turns; a first turn is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for turn in range(runs + 1):
        say(f"turn {turn} of {runs}")
        for name, measure in measures.items():
            seconds = measure()
            if turn > 0:
                taken[name].append(seconds)
    return {name: median(seconds) for name, seconds in taken.items()}
