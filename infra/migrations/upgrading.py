"""One row, brought to its model's version by one conditional write, or left to whoever was quicker."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.versions import Item
from infra.migrations.migration import Migration
from infra.on_stage import client

ATTEMPTS = 5


class Outcome(StrEnum):
    CHANGED = "changed"
    SKIPPED = "skipped"
    """It went, or somebody else brought it to the version."""
    FAILED = "failed"


@dataclass(frozen=True)
class Done:
    outcome: Outcome
    units: float = 0.0
    why: str = ""


class Watched(dict[str, Any]):
    """An item that notes which of its attributes were looked at: what was made of them holds while they do."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.looked_at: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.looked_at.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.looked_at.add(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.looked_at.update(super().keys())
        return super().__iter__()

    def get(self, name: str, default: Any = None) -> Any:
        self.looked_at.add(name)
        return super().get(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        self.looked_at.add(name)
        return super().setdefault(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self.looked_at.add(name)
        return super().pop(name, *default)


@dataclass(frozen=True)
class Change:
    """What an upgrade does to an item, and the condition under which that is right, as parts of an UpdateItem."""

    update: str
    condition: str
    names: dict[str, str]
    values: Item


def upgrade(migration: Migration, item: Item, *, dry: bool = False) -> Done:
    """Until it is done or somebody else did it. Each time on what is there then. Never raises for a bad row."""
    for _ in range(ATTEMPTS):
        try:
            change = changed(migration, item)
        except Exception as error:
            return Done(Outcome.FAILED, why=f"{type(error).__name__} in {migration.model.__name__}.upgrade")
        if dry:
            return Done(Outcome.CHANGED)
        if (units := _write(migration, item, change)) is not None:
            return Done(Outcome.CHANGED, units)
        there = _read(migration, item)
        if there is None or not migration.is_old(there):
            return Done(Outcome.SKIPPED, units=1)
        item = there
    return Done(Outcome.FAILED, units=ATTEMPTS, why="others kept changing it")


def changed(migration: Migration, item: Item) -> Change:
    """What the model's upgrade makes of the item. Its condition: the version, and all that the upgrade looked at or
    changes, are as they were read; so a change that comes between is never lost, and never left behind."""
    upgraded = Watched(copy.deepcopy(item))
    migration.model.upgrade(upgraded)
    looked_at = upgraded.looked_at | set(key(migration, item))
    after: Item = {name: value for name, value in dict.items(upgraded) if name != "v"}
    put = {name: value for name, value in after.items() if item.get(name) != value}
    gone = [name for name in item if name not in after and name != "v"]
    put["v"] = {"N": str(migration.version)}
    return _spelled(put, gone, {name: item.get(name) for name in sorted({*looked_at, *put, *gone})})


def key(migration: Migration, item: Item) -> Item:
    model: Any = migration.model
    parts = [model._hash_key_attribute(), model._range_key_attribute()]
    return {part.attr_name: item[part.attr_name] for part in parts if part}


def _spelled(put: Item, gone: list[str], was: dict[str, Any]) -> Change:
    names = {f"#{number}": name for number, name in enumerate(sorted({*put, *gone, *was}))}
    short = {name: alias for alias, name in names.items()}
    values = {f":n{short[name][1:]}": value for name, value in put.items()}
    values |= {f":w{short[name][1:]}": value for name, value in was.items() if value is not None}
    update = "SET " + ", ".join(f"{short[name]} = :n{short[name][1:]}" for name in put)
    if gone:
        update += " REMOVE " + ", ".join(short[name] for name in gone)
    same = [
        f"attribute_not_exists({short[name]})" if value is None else f"{short[name]} = :w{short[name][1:]}"
        for name, value in was.items()
    ]
    return Change(update, " AND ".join(same), names, values)


def _write(migration: Migration, item: Item, change: Change) -> float | None:
    """The write units that it took; None where the row was changed since it was read."""
    try:
        answer = client("dynamodb").update_item(
            TableName=migration.table,
            Key=key(migration, item),
            UpdateExpression=change.update,
            ConditionExpression=change.condition,
            ExpressionAttributeNames=change.names,
            ExpressionAttributeValues=change.values,
            ReturnConsumedCapacity="TOTAL",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return None
    return float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1.0))


def _read(migration: Migration, item: Item) -> Item | None:
    found = client("dynamodb").get_item(TableName=migration.table, Key=key(migration, item), ConsistentRead=True)
    there: Item | None = found.get("Item")
    return there
