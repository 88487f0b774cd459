"""Making things at Personalize, waiting for them and deleting them: each can be asked for again, and is done once."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from chalicelib.core import clock
from infra.deploy.account import error_code
from infra.deploy.errors import Stopped

PAUSE_SECONDS = 20.0
SAY_SECONDS = 300
STANDS = ("ACTIVE", "COMPLETED")
ABSENT = "ResourceNotFoundException"
Said = dict[str, Any]


class Service:
    """Kinds are those of the API's operations: ``DatasetGroup``, as in CreateDatasetGroup."""

    def __init__(self, client: Any, say: Callable[[str], None], pause: float = PAUSE_SECONDS) -> None:
        self._client, self.say, self._pause = client, say, pause

    def find(self, kind: str, arn: str) -> Said | None:
        """What it says of itself; None where there is none."""
        try:
            answer = self._call("Describe", kind, **{f"{_key(kind)}Arn": arn})
        except ClientError as error:
            if error_code(error) == ABSENT:
                return None
            raise
        return dict(answer[_key(kind)])

    def list(self, kind: str, **of: str) -> list[Said]:
        """Those of a kind, the oldest first. botocore cannot turn the pages of each of them."""
        found, more = [], dict(of)
        while True:
            page = self._call("List", f"{kind}s", **more)
            found += page[f"{_key(kind)}s"]
            if not page.get("nextToken"):
                return sorted(found, key=lambda each: each["creationDateTime"])
            more["nextToken"] = page["nextToken"]

    def make(self, kind: str, **said: Any) -> str:
        """Its ARN, while it may still be on its way."""
        return str(self._call("Create", kind, **said)[f"{_key(kind)}Arn"])

    def stand(self, kind: str, arn: str, **said: Any) -> Said:
        """Make it unless it is there, anew where making it failed before, and wait until it stands. Raises Stopped."""
        found = self.find(kind, arn)
        if found and found.get("status") == "CREATE FAILED":
            self.take_away(kind, arn)
            found = None
        if found is None:
            self.make(kind, **said)
        return self.wait(kind, arn)

    def wait(self, kind: str, arn: str) -> Said:
        """What it says once it stands. Raises Stopped where it failed, or is gone."""
        for found in self._watch(kind, arn):
            if found is None:
                raise Stopped(f"{_title(kind, arn)} is gone. Run this again.")
            if found.get("status", "ACTIVE") in STANDS:
                return found
            _must_go_on(_title(kind, arn), found)
        raise AssertionError

    def take_away(self, kind: str, arn: str) -> None:
        """Delete it where it is there, and wait until it is gone. Raises Stopped where that failed."""
        if (found := self.find(kind, arn)) is None:
            return
        if "DELETE" not in found.get("status", ""):
            self._call("Delete", kind, **{f"{_key(kind)}Arn": arn})
        for found in self._watch(kind, arn):
            if found is None:
                return
            _must_go_on(_title(kind, arn), found)

    def _watch(self, kind: str, arn: str) -> Iterator[Said | None]:
        """What it says of itself again and again, told where it changed, and every five minutes."""
        begun = said_at = clock.ticks()
        said = ""
        while True:
            found = self.find(kind, arn)
            status, now = (found or {"status": "gone"}).get("status", "ACTIVE"), clock.ticks()
            if status != said or now - said_at > SAY_SECONDS:
                self.say(f"{_title(kind, arn)}: {status}, {round((now - begun) / 60)} min")
                said, said_at = status, now
            yield found
            time.sleep(self._pause)

    def _call(self, verb: str, kind: str, **said: Any) -> Said:
        return dict(getattr(self._client, xform_name(f"{verb}{kind}"))(**said))


def _must_go_on(title: str, found: Said) -> None:
    status = found.get("status", "")
    if status.endswith(("FAILED", "STOPPED")):
        raise Stopped(f"{title}: {status}: {found.get('failureReason', 'no reason said')}")


def _key(kind: str) -> str:
    return kind[0].lower() + kind[1:]


def _title(kind: str, arn: str) -> str:
    return f"{xform_name(kind, sep=' ')} {arn.partition('/')[2]}"
