"""What the emulated DynamoDB lacks for point-in-time recovery: it copies whatever it is asked for, at once.

AWS lets one restore only where recovery is on, and to a moment of its window; the copy keeps its billing mode, and is
CREATING for a while. The emulator keeps no history: every moment of the window gives what is there now.
"""

from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import RestoredPITTable
from moto.dynamodb.responses import DynamoHandler

from chalicelib.core import clock

LOOKS_WHILE_CREATING = 2
"""The answer to the request is the first; whoever does not wait for the second finds no table to use."""


def restore_as_aws_does() -> None:
    if getattr(RestoredPITTable.describe, "as_aws_does", False):
        return
    _follow_the_clock()
    _refuse_what_cannot_be()
    _take_a_while()


def _follow_the_clock() -> None:
    """The window ends now, not when recovery was switched on."""
    original = DynamoDBBackend.describe_continuous_backups

    def describe_continuous_backups(backend: Any, table_name: str) -> dict[str, Any]:
        found = original(backend, table_name)
        recovery = found["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
            recovery["LatestRestorableDateTime"] = clock.timestamp()
        return found

    DynamoDBBackend.describe_continuous_backups = describe_continuous_backups  # type: ignore[method-assign, assignment]


def _refuse_what_cannot_be() -> None:
    original = DynamoHandler.restore_table_to_point_in_time

    def restore_table_to_point_in_time(handler: Any) -> Any:
        name, moment = handler.body["SourceTableName"], handler.body.get("RestoreDateTime")
        recovery = handler.dynamodb_backend.describe_continuous_backups(name)["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise _refused("PointInTimeRecoveryUnavailableException", f"Not enabled for {name}")
        window = int(recovery["EarliestRestorableDateTime"]), recovery["LatestRestorableDateTime"]
        if moment is not None and not window[0] <= _seconds(moment) <= window[1]:
            raise _refused("InvalidRestoreTimeException", f"{moment} is not from {window[0]} to {window[1]}")
        return original(handler)

    DynamoHandler.restore_table_to_point_in_time = restore_table_to_point_in_time  # type: ignore[method-assign, assignment]


def _take_a_while() -> None:
    original = RestoredPITTable.describe

    def describe(table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        described = original(table, base_key)
        table.looks = getattr(table, "looks", 0) + 1
        if table.looks <= LOOKS_WHILE_CREATING:
            described[base_key]["TableStatus"] = "CREATING"
            described[base_key]["RestoreSummary"]["RestoreInProgress"] = True
        return described

    describe.as_aws_does = True  # type: ignore[attr-defined]
    RestoredPITTable.describe = describe  # type: ignore[method-assign, assignment]


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _refused(name: str, why: str) -> DynamodbException:
    return DynamodbException(f"{ERROR_TYPE_PREFIX}{name}", why)
