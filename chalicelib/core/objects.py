"""Objects in S3 that several may change: each is replaced only while it is what was read
(docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core import aws, settings
from chalicelib.core.errors import Conflict

ATTEMPTS = 8
ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_UNCHANGED = frozenset({"304", "NotModified"})
_CHANGED = ABSENT | {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


class Stored(Struct, frozen=True):
    """An object's bytes, and the tag that changes with them."""

    data: bytes
    tag: str


class Bucket(Struct, frozen=True):
    """The one that ``settings`` knows by this name."""

    name: str

    def read(self, key: str, first: int | None = None, known: str | None = None) -> Stored | None:
        """The object, or so many of its first bytes; None where there is none, or its tag is the ``known`` one."""
        asked = {} if first is None else {"Range": f"bytes=0-{first - 1}"}
        asked |= {"IfNoneMatch": known} if known else {}
        try:
            answer = self.s3.get_object(**self.at(key), **asked)
        except ClientError as error:
            if aws.error_code(error) in ABSENT | _UNCHANGED:
                return None
            raise
        return Stored(answer["Body"].read(), answer["ETag"])

    def replace(self, key: str, data: bytes, tag: str | None) -> str:
        """Put it in the place of what has this tag; of nothing, where it is None. Its own tag. Raises Conflict."""
        unchanged = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        try:
            return str(self.s3.put_object(**self.at(key), Body=data, **unchanged)["ETag"])
        except ClientError as error:
            if aws.error_code(error) in _CHANGED:
                raise Conflict from error
            raise

    def rewrite(self, key: str, remake: Callable[[bytes | None], bytes]) -> Stored | None:
        """Replace the object by what is made of it, or of None where there is none; what then is there.

        Where another one is quicker it is made anew, of what is there then. Equal bytes are not written, and nothing is
        not written where nothing is. Raises Conflict after 8 attempts.
        """
        for _ in range(ATTEMPTS):
            found = self.read(key)
            made = remake(found.data if found else None)
            if made == (found.data if found else b""):
                return found
            try:
                return Stored(made, self.replace(key, made, found.tag if found else None))
            except Conflict:
                continue
        raise Conflict

    def at(self, key: str) -> dict[str, str]:
        """Where S3 finds the object."""
        return {"Bucket": self.named, "Key": key}

    @property
    def named(self) -> str:
        """What it is called on this stage."""
        return settings.bucket(self.name)

    @property
    def s3(self) -> Any:
        """The client of S3."""
        return aws.client("s3")
