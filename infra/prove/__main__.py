"""``make prove``: histories, single faults, kills and mutants, with progress; ``build/prove.json`` at the end.

``SEED=`` plays one history again and tells it step by step.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from infra.prove import apportioning, expected, kills, machine, mutants, singles, work
from infra.prove.kills import Killed
from infra.prove.machine import Led
from infra.prove.work import Seen

BATCH = 50
SHOWN = 3
OFTEN_ENOUGH = 100
AIMED = 3
"""Rounds: what goes wrong at one boundary leads to others."""
REPORT = Path("build/prove.json")


def main() -> int:
    told = _arguments()
    if told.seed is not None and told.histories == 1:
        return _again(told.seed)
    began = time.monotonic()
    first = told.seed or 0
    with ProcessPoolExecutor(told.processes, mp_context=get_context("spawn")) as pool:
        seen = _prove(pool, told, first)
        seconds = time.monotonic() - began
        sequences, residues = _apportion(pool, told.sequences)
    led, killed = _lead(told.runs, first), _kill(told.kills, first)
    survivors = mutants.hunt(told.mutants, told.processes, _say) if told.mutants else []
    report = _report(seen, seconds, first) | {"sequences": sequences, "residues": residues}
    report |= led.report() | killed.report() | mutants.report(told.mutants, survivors)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    return _judge(report, seen, [*led.found(), *killed.found(), *(f"survived: {guard}" for guard in survivors)])


def _prove(pool: ProcessPoolExecutor, told: argparse.Namespace, first: int) -> Seen:
    seen = Seen()
    seeds = range(first, first + told.histories)
    _gather(pool, seen, "histories", [(work.histories, seeds[at : at + BATCH]) for at in range(0, len(seeds), BATCH)])
    jobs: list[Any] = []
    if told.every:
        jobs = [(work.singles, *place, told.every) for place in singles.PLACES]
    _gather(pool, seen, "single faults", jobs)
    for _ in range(AIMED):
        ways = seen.boundaries.ways
        left = [(work.aimed, ways[name], name) for name in seen.boundaries.never_hit() if name in ways]
        _gather(pool, seen, "at the boundaries that chance left out", left)
    return seen


def _gather(pool: ProcessPoolExecutor, seen: Seen, what: str, jobs: list[Any]) -> None:
    began = time.monotonic()
    for done, part in enumerate(_completed([pool.submit(*job) for job in jobs]), start=1):
        seen.add(part)
        for violation in part.violations[:SHOWN]:
            _say(f"\n{violation}\n")
        spent = time.monotonic() - began
        left = spent / done * (len(jobs) - done)
        number = {"histories": seen.histories, "single faults": seen.singles}.get(what, seen.aimed)
        if sys.stderr.isatty() or done % (len(jobs) // 20 + 1) == 0 or done == len(jobs):
            end = "\r" if sys.stderr.isatty() and done < len(jobs) else "\n"
            _say(f"{what}: {number}, {len(seen.violations)} violations, {spent:.0f} s, {left:.0f} s left   ", end=end)


def _completed(futures: list[Future[Seen]]) -> Iterator[Seen]:
    for future in as_completed(futures):
        yield future.result()


def _apportion(pool: ProcessPoolExecutor, number: int) -> tuple[int, int]:
    """Random sequences of partial refunds with several authors, and how many left something over."""
    parts = [range(at, min(at + 5_000, number)) for at in range(0, number, 5_000)]
    residues = sum(pool.map(apportioning.residues, parts))
    if number:
        _say(f"partial refunds: {number} sequences, {residues} with a residue")
    return number, residues


def _lead(number: int, seed: int) -> Led:
    """Hypothesis leads, in a process of its own: the world in memory is one a process."""
    if not number:
        return Led()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        led = pool.submit(machine.run, number, seed).result()
    _say(f"state machine: {led.runs} runs, {led.steps} steps, {len(led.found())} failures, {led.seconds:.0f} s")
    return led


def _kill(number: int, seed: int) -> Killed:
    """In a process of its own, for it holds the platform."""
    if not number:
        return Killed()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(kills.play, number, seed).result()


def _report(seen: Seen, seconds: float, seed: int) -> dict[str, Any]:
    return {
        "histories": seen.histories,
        "exhaustive_runs": seen.singles,
        "aimed_runs": seen.aimed,
        "calls": seen.calls,
        "faults": seen.faults,
        "violations": len(seen.violations),
        "boundaries_total": len(seen.boundaries.passed),
        "boundaries_hit": len(seen.boundaries.hit),
        "rarest_journal": _told(expected.rarest(seen.journals, expected.JOURNALS)),
        "rarest_transition": _told(expected.rarest(seen.transitions, expected.TRANSITIONS)),
        "seconds": round(seconds, 1),
        "milliseconds_each": round(1_000 * seen.seconds / max(1, seen.histories + seen.singles), 1),
        "seed": seed,
        "journals": dict(sorted(seen.journals.items())),
        "transitions": dict(sorted(seen.transitions.items())),
        "boundaries": dict(sorted(seen.boundaries.passed.items())),
        "never_hit": seen.boundaries.never_hit(),
    }


def _told(rarest: tuple[str, int]) -> dict[str, Any]:
    return dict(zip(("name", "times"), rarest, strict=True))


def _judge(report: dict[str, Any], seen: Seen, found: list[str]) -> int:
    shown = {name: value for name, value in report.items() if name not in ("journals", "transitions", "boundaries")}
    _say(json.dumps(shown, indent=2))
    for each in found:
        _say(each)
    if seen.violations:
        _say("Play one again with: make prove SEED=<its seed>")
    return 1 if seen.violations or found or report["residues"] else 0


def _again(seed: int) -> int:
    seen = work.histories(range(seed, seed + 1))
    _say(seen.violations[0] if seen.violations else f"history {seed} holds")
    return 1 if seen.violations else 0


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--every", type=int, default=1, help="one of so many single faults; 0: none")
    parser.add_argument("--sequences", type=int, default=100_000, help="of partial refunds")
    parser.add_argument("--runs", type=int, default=100, help="of the state machine")
    parser.add_argument("--kills", type=int, default=100, help="of the running platform")
    parser.add_argument("--mutants", type=int, default=len(mutants.MUTANTS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
