"""Descent along one hyper-parameter at a time, within a number of tries."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

Settings = dict[str, float]
BUDGET = 20
"""Tries for each model, whosever it is."""


class Found(NamedTuple):
    """The best settings, what they reached on the inner split, and after how many tries."""

    settings: Settings
    reached: float
    tries: int


def search(
    start: Settings,
    values: Mapping[str, tuple[float, ...]],
    reached: Callable[[Settings], float],
    budget: int = BUDGET,
) -> Found:
    """Steps to a neighbouring value of one hyper-parameter while that is better, then of the next, until no step helps
    or the tries are used up. ``values`` are in order, and hold the start's."""
    known: dict[tuple[float, ...], float] = {}

    def look(settings: Settings) -> float:
        key = tuple(settings.values())
        if key not in known:
            known[key] = reached(settings) if len(known) < budget else float("-inf")
        return known[key]

    best, helped = dict(start), True
    look(best)
    while helped and len(known) < budget:
        helped = False
        for name in values:
            helped |= _descend(best, name, values[name], look)
    return Found(best, look(best), min(len(known), budget))


def _descend(best: Settings, name: str, values: tuple[float, ...], look: Callable[[Settings], float]) -> bool:
    """Change ``best`` along one name. Whether anything was gained."""
    before = best[name]
    for step in (1, -1):
        while True:
            place = values.index(best[name]) + step
            if not 0 <= place < len(values) or look({**best, name: values[place]}) <= look(best):
                break
            best[name] = values[place]
        if best[name] != before:
            return True
    return False
