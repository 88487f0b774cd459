"""The one place that talks to S3 about the lake. What others may change is replaced only while it is unchanged."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core import aws, settings
from chalicelib.core.errors import Conflict

ATTEMPTS = 8
_ABSENT = {"404", "NoSuchKey"}
_CHANGED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict", *_ABSENT}
"""Not as it was read, says S3 (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)."""


class Stored(Struct, frozen=True):
    """An object's bytes, and the tag that changes with them."""

    data: bytes
    tag: str


class Listed(Struct, frozen=True):
    key: str
    bytes: int


def read(key: str, first: int | None = None) -> Stored | None:
    """The object, or so many of its first bytes; None where there is none."""
    part = {} if first is None else {"Range": f"bytes=0-{first - 1}"}
    try:
        answer = _s3().get_object(Bucket=_name(), Key=key, **part)
    except ClientError as error:
        if aws.error_code(error) in _ABSENT:
            return None
        raise
    return Stored(answer["Body"].read(), answer["ETag"])


def tag(key: str) -> str | None:
    """The tag alone."""
    try:
        return str(_s3().head_object(Bucket=_name(), Key=key)["ETag"])
    except ClientError as error:
        if aws.error_code(error) in _ABSENT:
            return None
        raise


def put(key: str, data: bytes) -> None:
    """An object whose name says what is in it: whoever puts it puts the same."""
    _s3().put_object(Bucket=_name(), Key=key, Body=data)


def rewrite(key: str, remake: Callable[[bytes | None], bytes]) -> Stored | None:
    """Replace the object by what is made of it, or of None where there is none; what then is there.

    Where another one is quicker it is made anew, of what is there then. Equal bytes are not written, and nothing is not
    written where nothing is. Raises Conflict after 8 attempts.
    """
    for _ in range(ATTEMPTS):
        found = read(key)
        made = remake(found.data if found else None)
        if made == (found.data if found else b""):
            return found
        if tag := _replace(key, found, made):
            return Stored(made, tag)
    raise Conflict


def listed(prefix: str) -> Iterator[Listed]:
    """All objects whose keys begin so."""
    for page in _s3().get_paginator("list_objects_v2").paginate(Bucket=_name(), Prefix=prefix):
        for each in page.get("Contents", []):
            yield Listed(each["Key"], each["Size"])


def remove(keys: Sequence[str]) -> None:
    """Whether or not they are there; a thousand a call. Raises NotRemoved."""
    for start in range(0, len(keys), 1000):
        doomed = {"Objects": [{"Key": key} for key in keys[start : start + 1000]], "Quiet": True}
        if left := _s3().delete_objects(Bucket=_name(), Delete=doomed).get("Errors"):
            raise NotRemoved(f"{len(left)} objects")


class NotRemoved(Exception):
    """S3 kept some of what was to go."""


def _replace(key: str, found: Stored | None, data: bytes) -> str | None:
    """Its new tag; None where the object is not what was found any more."""
    unchanged = {"IfMatch": found.tag} if found else {"IfNoneMatch": "*"}
    try:
        return str(_s3().put_object(Bucket=_name(), Key=key, Body=data, **unchanged)["ETag"])
    except ClientError as error:
        if aws.error_code(error) in _CHANGED:
            return None
        raise


def _name() -> str:
    return settings.bucket("lake")


def _s3() -> Any:
    return aws.client("s3")
