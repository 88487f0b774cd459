"""How far a backfill came, kept in the stage itself, so that anybody can take it up again from anywhere.

The rows lie in the idempotency table, whose business it is to know what was done already; a table of their own would
be one more thing to back up for a few rows a year. They go by its expiry, a month after their last change.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from chalicelib.core import clock, settings
from infra.migrations.migration import Migration
from infra.on_stage import client

KEPT_SECONDS = 30 * 86400


@dataclass
class Segment:
    """One part of a scan. ``after`` is the key of the last row that was looked at."""

    number: int
    of: int
    after: dict[str, Any] | None = None
    done: bool = False
    seen: int = 0
    changed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    """The keys of rows that could not be upgraded, and why. Keys are ids."""


def load(migration: Migration, segments: int) -> list[Segment]:
    """Those of the run that was cut off, however many it had; else new ones."""
    first = _load(migration, 0)
    if first is None:
        return [Segment(number, segments) for number in range(segments)]
    rest = [_load(migration, number) or Segment(number, first.of) for number in range(1, first.of)]
    return [first, *rest]


def save(migration: Migration, segment: Segment) -> None:
    item = {
        "key": {"S": _key(migration, segment.number)},
        "progress": {"S": json.dumps(asdict(segment))},
        "expires_at": {"N": str(int(clock.timestamp()) + KEPT_SECONDS)},
        "v": {"N": "1"},
    }
    client("dynamodb").put_item(TableName=settings.table("idempotency"), Item=item)


def clear(migration: Migration, segments: list[Segment]) -> None:
    for segment in segments:
        key = {"key": {"S": _key(migration, segment.number)}}
        client("dynamodb").delete_item(TableName=settings.table("idempotency"), Key=key)


def _load(migration: Migration, number: int) -> Segment | None:
    found = client("dynamodb").get_item(
        TableName=settings.table("idempotency"), Key={"key": {"S": _key(migration, number)}}, ConsistentRead=True
    )
    return Segment(**json.loads(found["Item"]["progress"]["S"])) if "Item" in found else None


def _key(migration: Migration, number: int) -> str:
    return f"migration#{migration.name}#{number}"
