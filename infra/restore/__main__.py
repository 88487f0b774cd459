"""`make restore-drill STAGE=prod`: shows that the stage's data can be brought back, and that it is whole.

Copies every table as of one moment under another stage's name, checks rows, books and files, and takes the copies away.
With ``--reapply`` it only puts on a stage's own tables what a restore did not bring. See docs/runbooks/restore.md.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.core import clock
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.deploy.stage_settings import must_be_a_stage
from infra.restore import drill, reapplying
from infra.restore.drill import Plan, Report

REPORT = Path("build/restore-drill.json")


def main() -> int:
    told = _arguments()
    return on_stage.perform(lambda: _perform(told))


def _perform(told: argparse.Namespace) -> int:
    stage = on_stage.enter(told.stage)
    return _reapply(stage) if told.reapply else _drill(_plan(told, stage))


def _drill(plan: Plan) -> int:
    report = drill.drill(plan, _say)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report.written(), encoding="utf-8")
    print(_shown(report))
    return 1 if report.wrong else 0


def _reapply(stage: str) -> int:
    for name, wanted in drill.declared(stage).items():
        done = reapplying.reapply(wanted, wanted["TableName"], _say, protected=True)
        print(f"{name:<16} {', '.join(done) or 'as declared'}")
    return 0


def _plan(told: argparse.Namespace, stage: str) -> Plan:
    into = told.into or f"{stage[:11]}drill"
    must_be_a_stage(into)
    if into == stage:
        raise Stopped(f"The copies need another name than {stage}: say it with INTO=.")
    return Plan(stage, into, told.moment, told.sample, told.keep)


def _shown(report: Report) -> str:
    lines = [f"\n{'table':<16} {'before':>9} {'after':>9} {'copied':>9}  put on again"]
    for name, found in report.tables.items():
        put_on = ", ".join(found.reapplied)
        lines.append(f"{name:<16} {found.before:>9} {found.after:>9} {found.copied:>9}  {put_on}")
    if seen := report.inspection:
        lines.append(f"\n{seen['orders']} orders, {seen['journals']} journals, {seen['holdings']} holdings looked at;")
        lines.append(f"{seen['files_looked_for']} of {seen['files']} files looked for.")
    lines += [f"WRONG  {line}" for line in report.wrong]
    verdict = f"{len(report.wrong)} things are wrong" if report.wrong else "The copy is whole"
    return "\n".join([*lines, f"{verdict}: {report.source} as of {report.moment}. {REPORT} has it all."])


def _say(line: str) -> None:
    print(line, flush=True)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="make restore-drill", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--into", default="", help="the stage name of the copies; default: the stage's, and drill")
    parser.add_argument("--moment", type=_moment, help="as of when (2026-11-25T04:00:00Z); default: now")
    parser.add_argument("--sample", type=int, default=0, help="look for so many files only; default: for all")
    parser.add_argument("--keep", action="store_true", help="leave the copies")
    parser.add_argument("--reapply", action="store_true", help="copy nothing: put on the stage's tables what they lack")
    return parser.parse_args()


def _moment(text: str) -> datetime:
    try:
        moment = clock.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no moment: write 2026-11-25T04:00:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)


if __name__ == "__main__":
    sys.exit(main())
