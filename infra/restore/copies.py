"""Copies of tables by point-in-time recovery: all as of one moment, for money's writes touch several tables at once.

AWS restores a table under a new name only, and brings its rows and indexes, nothing else
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html). See ``reapplying``.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.errors import Stopped
from infra.on_stage import client

Say = Callable[[str], None]
LOOK_SECONDS = 5.0
NOW_SECONDS = 0.05
"""Between looks at an emulator, which never makes one wait."""


def wait_for_moment(tables: Iterable[str], moment: datetime, say: Say) -> None:
    """Until every table can be restored to it: AWS needs about five minutes. Raises Stopped where one never can."""
    for table in tables:
        patience = Patience(say, f"{table}: {moment:%H:%M:%S} UTC cannot be restored yet")
        while (latest := _latest(table, moment)) < moment:
            patience.wait(f"it is {latest:%H:%M:%S}")


def _latest(table: str, moment: datetime) -> datetime:
    try:
        backups = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    except ClientError as error:
        raise Stopped(f"Table {table} cannot be looked at ({error}). Is this the right stage and account?") from error
    recovery = backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        raise Stopped(f"Table {table} has no point-in-time recovery: deploy the stage, which switches it on.")
    earliest = _utc(recovery["EarliestRestorableDateTime"])
    if moment < earliest.replace(microsecond=0):
        raise Stopped(f"Table {table} can be restored from {earliest:%Y-%m-%dT%H:%M:%SZ} on: name a later moment.")
    return _utc(recovery["LatestRestorableDateTime"])


def begin(source: str, target: str, moment: datetime) -> None:
    """Ask for the copy. Raises Stopped."""
    try:
        client("dynamodb").restore_table_to_point_in_time(
            SourceTableName=source, TargetTableName=target, RestoreDateTime=moment
        )
    except ClientError as error:
        raise Stopped(f"{source} cannot be restored into {target} ({error}).") from error


def wait_until_there(table: str, say: Say) -> None:
    """Until it is ACTIVE: AWS takes from minutes to hours, however little there is to restore."""
    patience = Patience(say, f"{table} is being restored")
    while (status := describe(table)["TableStatus"]) != "ACTIVE":
        patience.wait(status)


def describe(table: str) -> dict[str, Any]:
    return dict(client("dynamodb").describe_table(TableName=table)["Table"])


def standing(prefix: str) -> list[str]:
    """The tables whose names begin so."""
    pages = client("dynamodb").get_paginator("list_tables").paginate()
    return [name for page in pages for name in page["TableNames"] if name.startswith(prefix)]


def delete(table: str, say: Say) -> None:
    """A copy, deletion protection or not; when this returns, its name is free."""
    dynamodb = client("dynamodb")
    if describe(table)["TableStatus"] != "DELETING":
        wait_until_there(table, say)
        if describe(table).get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            wait_until_there(table, say)
        dynamodb.delete_table(TableName=table)
    patience = Patience(say, f"{table} is being deleted")
    while table in standing(table):
        patience.wait("DELETING")


class Patience:
    """Waits between looks, and says now and then what for."""

    def __init__(self, say: Say, what: str) -> None:
        self._say, self._what, self._said = say, what, ""
        emulated = client("dynamodb").meta.endpoint_url.startswith("http://")
        self._seconds = NOW_SECONDS if emulated else LOOK_SECONDS
        self._since = time.monotonic()

    def wait(self, status: str) -> None:
        if status != self._said or time.monotonic() - self._since > 60:
            self._say(f"{self._what} ({status})")
            self._said, self._since = status, time.monotonic()
        time.sleep(self._seconds)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
