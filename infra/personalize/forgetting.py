"""Readers who erased their history, or something of it, are deleted at Personalize, with all that it knows of them.

It deletes by users alone, in jobs of up to a day (docs.aws.amazon.com/personalize/latest/dg/delete-records.html). What
such a reader has done since is in the lake, and comes back with the next import.
"""

from datetime import datetime, timedelta

from chalicelib.core import clock, settings
from chalicelib.lake import bucket, erasures
from chalicelib.lake.erasures import KEPT
from chalicelib.recommend import arns
from infra.personalize.role import PREFIX
from infra.personalize.service import Service

FOLDER = f"{PREFIX}forgotten/"
RUNNING = ("PENDING", "IN_PROGRESS")
LATE = timedelta(minutes=15)
"""So long may it be from when the lake notes something until that is seen: a function runs no longer."""


def forget(service: Service, reader: str) -> int:
    """How many readers were deleted now. A job that is under way is waited for first. Raises Stopped."""
    group = arns.of("dataset-group")
    jobs = service.list("DataDeletionJob", datasetGroupArn=group)
    for job in jobs:
        if job["status"] in RUNNING:
            service.wait("DataDeletionJob", job["dataDeletionJobArn"])
    done = [each["creationDateTime"] for each in jobs if each["status"] != "FAILED"]
    gone = _noted_since(max(done) - LATE) if done else _noted_since(clock.of(0))
    if gone:
        _delete(service, group, reader, gone)
    bucket.remove([each.key for each in bucket.listed(FOLDER)])
    service.say(f"{len(gone)} readers were forgotten. A model that was trained before knows of them until the next.")
    return len(gone)


def _noted_since(moment: datetime) -> list[str]:
    """The lake notes an erasure when it hears of it, which may be long after the reader asked."""
    noted = erasures.read().standing.values()
    return sorted({each.reader for each in noted if clock.parse(each.kept_until) - KEPT > moment})


def _delete(service: Service, group: str, reader: str, gone: list[str]) -> None:
    stamp = int(clock.timestamp() * 1000)
    bucket.put(f"{FOLDER}{stamp}.csv", "\n".join(["USER_ID", *gone, ""]).encode())
    arn = service.make(
        "DataDeletionJob",
        jobName=arns.name(f"forget-{stamp}"),
        datasetGroupArn=group,
        dataSource={"dataLocation": f"s3://{settings.bucket('lake')}/{FOLDER}{stamp}.csv"},
        roleArn=reader,
    )
    service.wait("DataDeletionJob", arn)
