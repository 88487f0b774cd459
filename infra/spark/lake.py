"""Where a lake lies: a folder, or a bucket whose objects are fetched one at a time, where they are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.core import aws
from infra.trainer.lake import reading
from infra.trainer.stage import fetch, objects, save

BUCKET = "s3"


class File(NamedTuple):
    """A file of events, and its bytes."""

    name: str
    bytes: int


def interactions(lake: str) -> list[File]:
    """All files of events, in the order in which they are read."""
    if not _is_a_bucket(lake):
        return [File(str(path), path.stat().st_size) for path in reading.files(Path(lake) / "interactions")]
    bucket, prefix = _parts(lake)
    found = {PurePosixPath(key): size for key, size in objects(aws.client("s3"), bucket, [f"{prefix}interactions/"])}
    read = sorted(path for path in found if path.name.endswith((".jsonl", ".jsonl.gz")))
    return [File(f"{BUCKET}://{bucket}/{path}", found[path]) for path in read]


@contextmanager
def at_hand(name: str) -> Iterator[Path]:
    """A file of a lake as a path; an object for as long as it is read."""
    if not _is_a_bucket(name):
        yield Path(name)
        return
    bucket, key = _parts(name, ending="")
    with TemporaryDirectory(prefix="lake-") as folder:
        path = Path(folder, key)
        save(aws.client("s3"), bucket, key, path)
        yield path


@contextmanager
def about_works(lake: str) -> Iterator[Path]:
    """A folder that holds what the lake says of works."""
    if not _is_a_bucket(lake):
        yield Path(lake)
        return
    bucket, prefix = _parts(lake)
    with TemporaryDirectory(prefix="lake-") as folder:
        fetch(aws.client("s3"), bucket, Path(folder), [f"{prefix}works/"])
        yield Path(folder, prefix)


def _is_a_bucket(name: str) -> bool:
    return name.startswith(f"{BUCKET}://")


def _parts(name: str, ending: str = "/") -> tuple[str, str]:
    """The bucket, and what keys begin with there."""
    told = urlsplit(name)
    key = told.path.strip("/")
    return told.netloc, f"{key}{ending}" if key else ""
