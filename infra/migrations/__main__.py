"""`make migrate STAGE=prod NAME=accounts.Account.2`: brings a model's rows to the version that its code writes.

Without a name, what is pending. With --contract, whether the code that reads only the new version may be deployed.
--project names another checkout, whose models count instead of this one's. See docs/runbooks/migrating.md.
"""

import argparse
import os
import sys
from pathlib import Path

from infra import on_stage

ROOT = Path(__file__).parents[2]


def main() -> int:
    told = _arguments()
    try:
        return on_stage.perform(lambda: _perform(told))
    except KeyboardInterrupt:
        print("Stopped. Run it again: it goes on from where it was.", file=sys.stderr)
        return 1


def _perform(told: argparse.Namespace) -> int:
    stage = on_stage.enter(told.stage)
    return _elsewhere(stage, Path(told.project).resolve()) if told.project else _run(told)


def _run(told: argparse.Namespace) -> int:
    from infra.migrations import backfill, migration

    if told.contract:
        return _may_contract()
    if not told.name:
        return _list()
    wanted = migration.named(told.name, migration.declared())
    how = backfill.How(told.segments, told.rate, told.page, told.dry_run)
    report = backfill.run(wanted, how, lambda line: print(line, flush=True))
    print("\n".join(backfill.lines(report, dry=told.dry_run)))
    return 1 if report.failed else 0


def _list() -> int:
    """What is declared, and how many rows wait for it."""
    from infra.migrations import backfill, migration

    for each in migration.declared():
        print(f"{each.name:<40} {backfill.remaining(each)} rows of {each.table} wait")
    if not migration.declared():
        print("No model declares an upgrade: nothing is pending.")
    return 0


def _may_contract() -> int:
    """Refuses while a row is left that this project's models would not read."""
    from infra.migrations import backfill, migration

    left = {each.name: backfill.remaining(each) for each in migration.contracted()}
    for name, rows in left.items():
        print(f"{name:<40} {f'{rows} rows are older: run its backfill first' if rows else 'may be contracted'}")
    if not left:
        print("No model reads its new version alone: nothing is contracted.")
    return 1 if any(left.values()) else 0


def _elsewhere(stage: str, project: Path) -> int:
    """The same command in that project's folder, so that its models are the ones that are imported."""
    arguments = list(sys.argv[1:])
    for name in ("--project", "--stage"):
        arguments = _without(arguments, name)
    os.chdir(project)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(project), str(ROOT)])
    os.execv(sys.executable, [sys.executable, "-m", "infra.migrations", "--stage", stage, *arguments])


def _without(arguments: list[str], name: str) -> list[str]:
    """Less this option and its value."""
    kept: list[str] = []
    given = iter(arguments)
    for each in given:
        if each == name:
            next(given, None)
        elif not each.startswith(f"{name}="):
            kept.append(each)
    return kept


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make migrate", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--name", default="", help="which migration; without it, what is pending")
    parser.add_argument("--project", default="", help="the folder of another checkout, whose models count")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    parser.add_argument("--contract", action="store_true", help="refuse while rows are left that the code cannot read")
    parser.add_argument("--segments", type=int, default=4, help="parts that are looked through at once")
    parser.add_argument("--rate", type=float, default=50.0, help="write units a second")
    parser.add_argument("--page", type=int, default=100, help="rows between two checkpoints")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
