"""The drill, from asking for copies to taking them away again."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.core import clock, settings
from infra.deploy.artefacts import Artefacts
from infra.deploy.errors import Stopped
from infra.deploy.resources import table_differences
from infra.deploy.stack import Stacks
from infra.local import template
from infra.on_stage import account
from infra.restore import copies, counting, reapplying
from infra.restore.copies import Say


@dataclass(frozen=True)
class Plan:
    """``moment`` None: now. ``sample`` 0: every file. ``keep`` leaves the copies, protected, to be looked into."""

    source: str
    target: str
    moment: datetime | None = None
    sample: int = 0
    keep: bool = False


@dataclass
class Copied:
    """A table's rows in the source before and after, and in the copy; what had to be put right on the copy."""

    before: int
    after: int = 0
    copied: int = 0
    reapplied: list[str] = field(default_factory=list)


@dataclass
class Report:
    source: str
    target: str
    moment: str
    tables: dict[str, Copied] = field(default_factory=dict)
    inspection: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def written(self) -> str:
        return json.dumps({**asdict(self), "whole": not self.wrong}, indent=2) + "\n"


def drill(plan: Plan, say: Say) -> Report:
    """Copy, check, and take the copies away. What is wrong with them is in the report. Raises Stopped."""
    began = clock.timestamp()
    tables = declared(plan.source)
    report = Report(plan.source, plan.target, moment="")
    remove_copies(plan, say)
    say(f"[1/5] Counting the rows of {len(tables)} tables of {plan.source}")
    report.tables = {name: Copied(counting.rows(_table(plan.source, name))) for name in tables}
    moment = plan.moment or clock.now().replace(microsecond=0)
    report.moment = clock.rfc3339(moment)
    with _taken_away(plan, say):
        _copy(plan, moment, tables, say)
        _reapply(plan, tables, report, say)
        _count(plan, report, say)
        _inspect(plan, report, say)
    report.seconds = round(clock.timestamp() - began, 1)
    return report


def remove_copies(plan: Plan, say: Say) -> None:
    """Those of an earlier run. Raises Stopped where a table of that stage is nobody's copy: then it is a stage."""
    standing = copies.standing(_table(plan.target, ""))
    _must_be_no_stage(plan.target)
    for table in standing:
        copied_from = copies.describe(table).get("RestoreSummary", {}).get("SourceTableArn", "")
        if not copied_from.rpartition("/")[2].startswith(_table(plan.source, "")):
            raise Stopped(f"{table} is no copy of {plan.source}: choose another stage name for the copies (--into).")
    for table in standing:
        say(f"      taking away {table}")
        copies.delete(table, say)


def _must_be_no_stage(target: str) -> None:
    """A stage may have begun as copies of another's tables. Raises Stopped where one stands."""
    if Stacks(account(), Artefacts(account())).status(f"lyceum-{target}"):
        raise Stopped(f"{target} is a stage: choose another name for the copies (--into).")


@contextmanager
def _taken_away(plan: Plan, say: Say) -> Iterator[None]:
    try:
        yield
    finally:
        if plan.keep:
            say(f"      the copies stay: {_table(plan.target, '*')}; the next drill takes them away")
        else:
            remove_copies(plan, say)


def _copy(plan: Plan, moment: datetime, tables: dict[str, Any], say: Say) -> None:
    say(f"[2/5] Restoring them as of {clock.rfc3339(moment)} into {_table(plan.target, '*')}")
    copies.wait_for_moment([_table(plan.source, name) for name in tables], moment, say)
    for name in tables:
        copies.begin(_table(plan.source, name), _table(plan.target, name), moment)
    for number, name in enumerate(tables, start=1):
        copies.wait_until_there(_table(plan.target, name), say)
        say(f"      {number} of {len(tables)}: {_table(plan.target, name)}")


def _reapply(plan: Plan, tables: dict[str, Any], report: Report, say: Say) -> None:
    say("[3/5] Putting on what a restore does not bring")
    for name, wanted in tables.items():
        table = _table(plan.target, name)
        report.tables[name].reapplied = reapplying.reapply(wanted, table, say, protected=plan.keep)
        reapplying.copy_tags(_table(plan.source, name), table)
        report.wrong += table_differences(account(), wanted | {"TableName": table})


def _count(plan: Plan, report: Report, say: Say) -> None:
    """A copy holds as many rows as its source did; beside running traffic, some number between before and after. Of a
    moment in the past nobody knows."""
    say("[4/5] Counting the copies' rows")
    for name, found in report.tables.items():
        found.copied = counting.rows(_table(plan.target, name))
        found.after = counting.rows(_table(plan.source, name))
        least, most = sorted((found.before, found.after))
        if plan.moment is None and not least <= found.copied <= most:
            report.wrong.append(f"{_table(plan.target, name)}: {found.copied} rows, its source {least} to {most}")


def _inspect(plan: Plan, report: Report, say: Say) -> None:
    say("[5/5] Checking the books, and that every file is there")
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder, "inspection.json")
        command = [sys.executable, "-m", "infra.restore.inspection", "--to", str(to)]
        command += ["--bucket", settings.bucket("content"), "--sample", str(plan.sample)]
        ran = subprocess.run(command, env=os.environ | {"STAGE": plan.target}, capture_output=True, text=True)
        if ran.returncode:
            report.wrong.append(f"the copies cannot be read: {ran.stderr.strip().rpartition(chr(10))[2]}")
            return
        report.inspection = json.loads(to.read_text(encoding="utf-8"))
    report.wrong += report.inspection["differences"]
    report.wrong += [f"file {line}" for line in report.inspection["files_missing"]]


def declared(stage: str) -> dict[str, dict[str, Any]]:
    """The stage's tables by their short names, as infra/template.yaml has them."""
    resolved = template.Resolved(stage=stage, account=account().id, region=settings.region())
    prefix = _table(stage, "")
    tables = resolved.properties_of("AWS::DynamoDB::Table")
    return {table["TableName"].removeprefix(prefix): table for table in tables}


def _table(stage: str, name: str) -> str:
    return f"lyceum-{stage}-{name}"
