"""The files that rows name, and whether the content bucket still has them."""

from collections.abc import Collection, Iterator
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.catalog import works
from chalicelib.catalog.works import FileRef
from chalicelib.library import access
from infra.on_stage import client

ONE_BY_ONE = 1000
"""Up to here a file is asked for by name; beyond, listing the bucket takes fewer calls."""


def named() -> list[str]:
    """The keys of every original and rendition that a work, a version of one, or a reader's library names."""
    return sorted({key for file in _files() for key in (file.key, file.rendition) if key})


def chosen(keys: list[str], sample: int) -> list[str]:
    """As many as asked for, evenly spread, so that the same rows give the same sample; all where 0 are asked for."""
    if not sample or sample >= len(keys):
        return keys
    return [keys[number * len(keys) // sample] for number in range(sample)]


def missing(bucket: str, keys: Collection[str]) -> list[str]:
    """A line for each that is not there, which says whether an older version of it can be brought back."""
    there = _listed(bucket) if len(keys) > ONE_BY_ONE else {key for key in keys if _is_there(bucket, key)}
    return [f"{key}: {_past(bucket, key)}" for key in keys if key not in there]


def _files() -> Iterator[FileRef]:
    yield from works.every_file()
    for holding in access.every():
        yield from holding.files


def _is_there(bucket: str, key: str) -> bool:
    try:
        client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def _listed(bucket: str) -> set[str]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {each["Key"] for page in pages for each in page.get("Contents", [])}


def _past(bucket: str, key: str) -> str:
    """The latest version that is no delete marker."""
    found: dict[str, Any] = client("s3").list_object_versions(Bucket=bucket, Prefix=key)
    kept = [each for each in found.get("Versions", []) if each["Key"] == key]
    if not kept:
        return "gone, with every version"
    return f"deleted; version {max(kept, key=lambda each: each['LastModified'])['VersionId']} can be brought back"
