"""The one place that talks to S3 about the lake."""

from collections.abc import Iterator, Sequence

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core import aws
from chalicelib.core.objects import ABSENT, Bucket

LAKE = Bucket("lake")
read, rewrite = LAKE.read, LAKE.rewrite


class Listed(Struct, frozen=True):
    key: str
    bytes: int


def tag(key: str) -> str | None:
    """The tag alone."""
    try:
        return str(LAKE.s3.head_object(**LAKE.at(key))["ETag"])
    except ClientError as error:
        if aws.error_code(error) in ABSENT:
            return None
        raise


def put(key: str, data: bytes) -> None:
    """An object whose name says what is in it: whoever puts it puts the same."""
    LAKE.s3.put_object(**LAKE.at(key), Body=data)


def listed(prefix: str) -> Iterator[Listed]:
    """All objects whose keys begin so."""
    for page in LAKE.s3.get_paginator("list_objects_v2").paginate(Bucket=LAKE.named, Prefix=prefix):
        for each in page.get("Contents", []):
            yield Listed(each["Key"], each["Size"])


def remove(keys: Sequence[str]) -> None:
    """Whether or not they are there; a thousand a call. Raises NotRemoved."""
    for start in range(0, len(keys), 1000):
        doomed = {"Objects": [{"Key": key} for key in keys[start : start + 1000]], "Quiet": True}
        if left := LAKE.s3.delete_objects(Bucket=LAKE.named, Delete=doomed).get("Errors"):
            raise NotRemoved(f"{len(left)} objects")


class NotRemoved(Exception):
    """S3 kept some of what was to go."""
