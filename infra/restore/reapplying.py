"""What a restored table lacks: everything about it that is not rows and indexes. Declared in infra/template.yaml.

Alarms name tables: one that comes back under its own name has them again, and a copy for a drill needs none.
"""

from collections.abc import Iterator
from typing import Any

from infra.on_stage import client
from infra.restore.copies import Say, describe, wait_until_there

Properties = dict[str, Any]


def reapply(wanted: Properties, table: str, say: Say, *, protected: bool) -> list[str]:
    """Stream, deletion protection, recovery and expiry as declared; what was put right. Doing it again does nothing."""
    dynamodb, done = client("dynamodb"), []
    stood = describe(table)
    if changes := dict(_changes(wanted, stood, protected)):
        dynamodb.update_table(TableName=table, **changes)
        wait_until_there(table, say)
        done += sorted(changes)
    if not _recoverable(table):
        recovery = wanted["PointInTimeRecoverySpecification"]
        dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
        done.append("PointInTimeRecovery")
    if "TimeToLiveSpecification" in wanted and not _expires(table):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted["TimeToLiveSpecification"])
        done.append("TimeToLive")
    return done


def copy_tags(source: str, target: str) -> None:
    """What people put on the table, for bills and owners; tags of AWS's own cannot be set."""
    dynamodb = client("dynamodb")
    found = dynamodb.list_tags_of_resource(ResourceArn=describe(source)["TableArn"])["Tags"]
    if ours := [tag for tag in found if not tag["Key"].startswith("aws:")]:
        dynamodb.tag_resource(ResourceArn=describe(target)["TableArn"], Tags=ours)


def _changes(wanted: Properties, stood: Properties, protected: bool) -> Iterator[tuple[str, Any]]:
    if bool(stood.get("DeletionProtectionEnabled")) != protected:
        yield "DeletionProtectionEnabled", protected
    streamed = wanted.get("StreamSpecification")
    if streamed and not stood.get("StreamSpecification", {}).get("StreamEnabled"):
        yield "StreamSpecification", {"StreamEnabled": True, **streamed}


def _recoverable(table: str) -> bool:
    backups = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return bool(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED")


def _expires(table: str) -> bool:
    found = client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    return found["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
