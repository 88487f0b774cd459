"""`make rehearse`: deploy, kill, play, change, roll back, take away. Ends with 0 only if every step is green."""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from infra.deploy.tree import BUILD
from infra.rehearsal import beginning, changing, ending, living
from infra.rehearsal.account import emulated_account
from infra.rehearsal.life import SECOND, STAGE, Life
from infra.rehearsal.project import Project
from infra.rehearsal.surroundings import around

REPORT = BUILD / "rehearsal.json"
DEEDS: tuple[tuple[str, Callable[[Life], str]], ...] = (
    ("run again: deployed", beginning.deploy),
    ("everything is there once", beginning.everything_once),
    ("diff finds nothing", beginning.nothing_differs),
    ("the main job on the deployed stage", living.main_job),
    ("every function from its package alone", living.every_function),
    ("what was changed by hand is found", beginning.drift_is_found),
    ("a second stage beside the first", living.second_stage),
    ("plain chalice deploy from the root", living.plain_chalice),
    ("expand: the next version beside the present one", changing.expand),
    ("backfill, cut off; contracting is refused", changing.backfill_cut_off),
    ("backfill run again, then contract", changing.contract),
    ("roll back, cut off", changing.roll_back_cut_off),
    ("roll back, cut off again", changing.roll_back_cut_off_late),
    ("roll back", changing.roll_back),
    ("undeploy, cut off and run again", ending.undeploy),
    ("stand again from the archive", ending.stand_again),
    ("undeploy with data", ending.undeploy_all),
)
"""What follows the kills, in order."""


@dataclass(frozen=True)
class Step:
    name: str
    outcome: str
    """`green`, or what went wrong."""
    seconds: float
    seen: str = ""


def main() -> int:
    steps: list[Step] = []
    with ExitStack() as stack:
        life = _begin(stack, BUILD / "rehearsal")
        for name, deed in _steps(life):
            steps.append(_take(name, deed))
            if steps[-1].outcome != "green":
                break
    REPORT.write_text(json.dumps([asdict(step) for step in steps], indent=2) + "\n")
    print(f"\n{len(steps)} steps, {sum(step.seconds for step in steps):.0f} s: written to {REPORT}")
    return 0 if all(step.outcome == "green" for step in steps) else 1


def _begin(stack: ExitStack, folder: Path) -> Life:
    folder.mkdir(parents=True, exist_ok=True)
    clock_file = folder / "clock"
    clock_file.unlink(missing_ok=True)
    account = stack.enter_context(emulated_account(clock_file))
    os.environ.update(account.environment)
    first, second = (stack.enter_context(around(account, stage, folder / "code")) for stage in (STAGE, SECOND))
    life = Life(account, Project(folder / "project", account.environment), first, second)
    stack.callback(life.stop_sources)
    stack.callback(life.stripe.close)
    return life


def _steps(life: Life) -> Iterator[tuple[str, Callable[[], str]]]:
    for number, kill in enumerate(beginning.KILLS):
        yield f"{kill}", partial(beginning.kill, life, kill)
        if number == 1:  # the first that held the lock
            yield "the dead deployer's lock holds for its lease", partial(beginning.wait_for_the_lock, life)
        life.lease_runs_out()
    for name, deed in DEEDS:
        yield name, partial(deed, life)


def _take(name: str, deed: Callable[[], str]) -> Step:
    began = time.monotonic()
    try:
        seen, outcome = deed(), "green"
    except Exception as error:
        seen, outcome = traceback.format_exc(), f"{type(error).__name__}: {error}"
    step = Step(name, outcome, round(time.monotonic() - began, 1), seen)
    mark = "✓" if outcome == "green" else "✗"
    print(f"{mark} {name:52} {step.seconds:6.1f} s  {step.seen if outcome == 'green' else step.outcome}", flush=True)
    return step


if __name__ == "__main__":
    sys.exit(main())
