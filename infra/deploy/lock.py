"""One deployer at a time: a lease in the artefact bucket, written under S3's conditions, so that no two can hold it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core import clock, ids
from infra.deploy.account import Account, error_code
from infra.deploy.artefacts import LOCK
from infra.deploy.errors import Stopped

LEASE = timedelta(minutes=15)
"""Renewed at every line of progress; a killed deployer's lock can be taken over after it."""

_REFUSED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409", "NoSuchKey", "NoSuchBucket"}


class Lock:
    def __init__(self, account: Account) -> None:
        self._s3, self._bucket = account.client("s3"), account.artefacts
        self._owner = f"{account.caller} on {socket.gethostname()}, process {os.getpid()} ({ids.new()})"
        self._stage, self._tag = account.stage, ""
        self._until = clock.now()

    @contextmanager
    def held(self, take_over: bool = False) -> Iterator["Lock"]:
        """Raises Stopped where another holds it, unless its lease has run out or it is to be taken over."""
        self._take(take_over)
        try:
            yield self
        finally:
            self._write(self._until_now(), IfMatch=self._tag)

    def renew(self) -> None:
        """Cheap to call often: it writes once a third of the lease is spent. Raises Stopped where it was taken over."""
        if self._until - clock.now() < LEASE * 2 / 3 and not self._write(clock.now() + LEASE, IfMatch=self._tag):
            raise Stopped(
                f"Another deployment of {self._stage} took the lock over. Let it finish, then run this again."
            )

    def _take(self, take_over: bool) -> None:
        if self._write(clock.now() + LEASE, IfNoneMatch="*"):
            return
        tag, noted = self._read()
        until = clock.parse(noted["until"])
        if (until < clock.now() or take_over) and self._write(clock.now() + LEASE, IfMatch=tag):
            return
        raise Stopped(
            f"{noted['owner']} deploys {self._stage}, until {noted['until']} at the latest. Wait for it; or, if that "
            "process is dead and you know it, run this again with --take-over (make deploy TAKE_OVER=1)."
        )

    def _write(self, until: datetime, **condition: str) -> bool:
        """Whether the condition held."""
        body = json.dumps({"owner": self._owner, "until": clock.rfc3339(until)}).encode()
        try:
            answer = self._s3.put_object(Bucket=self._bucket, Key=LOCK, Body=body, **condition)
        except ClientError as error:
            if error_code(error) in _REFUSED:
                return False
            raise
        self._tag, self._until = answer["ETag"], until
        return True

    def _read(self) -> tuple[str, Any]:
        answer = self._s3.get_object(Bucket=self._bucket, Key=LOCK)
        return answer["ETag"], json.loads(answer["Body"].read())

    def _until_now(self) -> datetime:
        return clock.now() - timedelta(seconds=1)
