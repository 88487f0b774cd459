"""The one place that talks to S3: models, which never change once they are there, and what says which one is live."""

from contextlib import suppress
from pathlib import Path

from chalicelib.core.errors import Conflict
from chalicelib.core.objects import Bucket

MODELS = Bucket("models")
read, replace, rewrite = MODELS.read, MODELS.replace, MODELS.rewrite


def upload(path: Path, key: str) -> None:
    """A file under a key that it never shares: where something is there already, that stays."""
    with suppress(Conflict):
        replace(key, path.read_bytes(), None)


def fetch(key: str, to: Path) -> None:
    """An object into a file. Raises ClientError where it is not there."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        for chunk in MODELS.s3.get_object(**MODELS.at(key))["Body"].iter_chunks(1024 * 1024):
            file.write(chunk)
