"""What one process of the proof does: histories of some seeds, or single faults, with all that was seen of them."""

from __future__ import annotations

import gc
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from infra.prove.boundaries import Boundaries, Single, Way

_ticks = time.perf_counter


@dataclass
class Seen:
    """Adds up over processes."""

    histories: int = 0
    singles: int = 0
    aimed: int = 0
    calls: int = 0
    faults: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    boundaries: Boundaries = field(default_factory=Boundaries)
    journals: Counter[str] = field(default_factory=Counter)
    transitions: Counter[str] = field(default_factory=Counter)

    def add(self, other: Seen) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@cache
def world() -> Any:
    """One a process: what it needs around it is set before anything of the app is imported."""
    from infra.prove import platform

    platform.surround()
    made = platform.Platform()
    from infra.prove import stock

    stock.fill(made)
    gc.collect()
    gc.freeze()
    return made


def histories(seeds: range) -> Seen:
    platform = world()
    from infra.prove import checking
    from infra.prove.histories import History

    seen, watch = Seen(), checking.Watch(platform)
    for seed in seeds:
        history = History(platform, seed, seen.boundaries, watch)
        _play(seen, history.play)
        seen.histories += 1
        seen.faults += history.faults
    return _finish(seen, watch, platform)


def aimed(way: Way, boundary: str) -> Seen:
    """What passes a boundary, with each fault there."""
    platform = world()
    from infra.prove import checking, singles
    from infra.prove.histories import History
    from infra.prove.wire import FAULTS

    seen, watch = Seen(), checking.Watch(platform)
    for fault in FAULTS:
        aimed = way._replace(aims=(*way.aims, (boundary, fault)))
        if isinstance(aimed, Single):
            _play(seen, lambda aimed=aimed: singles.run(platform, aimed, seen.boundaries, watch))
        else:
            history = History(platform, aimed.seed, seen.boundaries, watch)
            history.way, history.patient = aimed, True
            _play(seen, history.play)
        seen.aimed += 1
        seen.faults += len(aimed.aims)
    return _finish(seen, watch, platform)


def singles(story: int, variant: int, every: int = 1) -> Seen:
    """All single faults of a story in a variant; ``every`` one of so many."""
    platform = world()
    from infra.prove import checking, singles

    seen, watch = Seen(), checking.Watch(platform)
    runs: list[Single] = []
    _play(seen, lambda: runs.extend(singles.of(platform, story, variant, seen.boundaries, watch)))
    for run in runs:
        if run.at % every:
            continue
        _play(seen, lambda run=run: singles.run(platform, run, seen.boundaries, watch))
        seen.singles += 1
        seen.faults += 1
    return _finish(seen, watch, platform)


def _play(seen: Seen, deed: Any) -> None:
    from infra.prove.histories import Violation

    began = _ticks()
    try:
        deed()
    except Violation as violation:
        seen.violations.append(str(violation))
    seen.seconds += _ticks() - began


def _finish(seen: Seen, watch: Any, platform: Any) -> Seen:
    seen.journals, seen.transitions = watch.journals, watch.transitions
    seen.calls, platform.wire.calls = platform.wire.calls, 0
    gc.collect()
    return seen
