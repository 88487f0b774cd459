"""What happens when an import, a training or a deletion has run."""

import csv
import json
from typing import Any

from infra.local.fake_personalize.state import State
from infra.local.fake_personalize.things import Thing

FEWEST_EVENTS, FEWEST_USERS = 1_000, 25
"""docs.aws.amazon.com/personalize/latest/dg/limits.html: of an import, and of a training; users with two events."""


def take_in(state: State, job: Thing) -> None:
    """A FULL import: what was imported before goes. It fails whole on a row that is not as the schema says."""
    rows = list(csv.DictReader(state.lines(job.said["dataSource"]["dataLocation"])))
    rows = [row for row in rows if list(row.values()) != list(row)]  # each file has its header
    schema = state.find(state.find(job.said["datasetArn"]).said["schemaArn"]).said["schema"]
    if fault := next(filter(None, (_fault(row, json.loads(schema)["fields"]) for row in rows)), ""):
        _fail(job, fault)
    elif job.said["datasetArn"].endswith("/ITEMS"):
        state.items = {row["ITEM_ID"]: dict(row) for row in rows}
    elif len(rows) < FEWEST_EVENTS:
        _fail(job, f"There are {len(rows)} interactions, and must be {FEWEST_EVENTS}.")
    else:
        streamed = {key: row for key, row in state.events.items() if not key.startswith("bulk-")}
        state.events = {f"bulk-{number}": dict(row) for number, row in enumerate(rows)} | streamed


def _fault(row: dict[str, str], fields: list[dict[str, Any]]) -> str:
    for field in fields:
        value, types = row.get(field["name"]), field["type"]
        if value is None:
            return f"There is no column {field['name']}."
        if not value and "null" not in types:
            return f"{field['name']} is empty."
        if types in ("long", "float") and not value.replace(".", "", 1).isdigit():
            return f"{field['name']} is no number: {value}."
    return ""


def train(state: State, version: Thing) -> None:
    counts: dict[str, int] = {}
    for event in state.events.values():
        counts[event["USER_ID"]] = counts.get(event["USER_ID"], 0) + 1
    users = sum(count >= 2 for count in counts.values())
    if users < FEWEST_USERS:
        _fail(version, f"There are {users} users with two interactions, and must be {FEWEST_USERS}.")


def forget(state: State, job: Thing) -> None:
    gone = {row["USER_ID"] for row in csv.DictReader(state.lines(job.said["dataSource"]["dataLocation"]))}
    state.events = {key: row for key, row in state.events.items() if row["USER_ID"] not in gone}


def _fail(thing: Thing, reason: str) -> None:
    thing.status, thing.more["failureReason"] = "CREATE FAILED", reason
