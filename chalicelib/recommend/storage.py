"""The one place that talks to S3: models, which never change once they are there, and what says which one is live."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core import aws, settings
from chalicelib.core.errors import Conflict
from chalicelib.recommend import revisions

MODELS = "models"
_GONE = {"404", "NoSuchKey", "NotFound"}
_MOVED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


def read(key: str, etag: str | None = None) -> tuple[bytes | None, str]:
    """An object and its ETag; no bytes where it is not there, or still has the ETag that is known."""
    known = {"IfNoneMatch": etag} if etag else {}
    try:
        found = _s3().get_object(Bucket=settings.bucket(MODELS), Key=key, **known)
    except ClientError as error:
        if aws.error_code(error) in ("304", "NotModified"):
            return None, str(etag)
        if aws.error_code(error) in _GONE:
            return None, ""
        raise
    return found["Body"].read(), found["ETag"]


def write(key: str, content: bytes, etag: str = "") -> None:
    """Put it in the place of what has this ETag; of nothing, where none is said. Raises Conflict."""
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        _s3().put_object(Bucket=settings.bucket(MODELS), Key=key, Body=content, **condition)
    except ClientError as error:
        if aws.error_code(error) in _MOVED | _GONE:
            raise Conflict from error
        raise


@revisions.persistent
def change(key: str, deed: Callable[[bytes | None], bytes]) -> None:
    """Rewrite an object from what it is, None where there is none. Raises Conflict where others are always quicker."""
    content, etag = read(key)
    write(key, deed(content), etag)


def upload(path: Path, key: str) -> None:
    """A file under a key that it never shares: where something is there already, that stays."""
    with suppress(Conflict):
        write(key, path.read_bytes())


def fetch(key: str, to: Path) -> None:
    """An object into a file. Raises ClientError where it is not there."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        for chunk in _s3().get_object(Bucket=settings.bucket(MODELS), Key=key)["Body"].iter_chunks(1024 * 1024):
            file.write(chunk)


def _s3() -> Any:
    return aws.client("s3")
