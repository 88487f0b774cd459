"""Training on a stage's own lake: fetched from S3, trained, and published where it is good enough."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from chalicelib.core import settings
from infra import on_stage
from infra.trainer.fitting import ALONE, Means
from infra.trainer.outcome import make_live

LAKE = ("interactions/", "works/")


def train_stage(stage: str, means: Means = ALONE) -> int:
    """The exit code, as ``make_live``. Raises Stopped."""
    on_stage.enter(stage)
    from infra.trainer.training import train

    with tempfile.TemporaryDirectory(prefix="lake-") as name:
        lake = Path(name) / "lake"
        fetch(on_stage.client("s3"), settings.bucket("lake"), lake)
        return make_live(lambda: train(lake, Path("build") / "models" / settings.stage(), means))


def fetch(s3: Any, bucket: str, to: Path, prefixes: Sequence[str] = LAKE) -> None:
    """All that a model is learned from, or some of it."""
    to.mkdir(parents=True, exist_ok=True)
    for key, _ in tqdm(objects(s3, bucket, prefixes), desc="the lake", unit=" objects", leave=False):
        save(s3, bucket, key, to / key)


def objects(s3: Any, bucket: str, prefixes: Sequence[str]) -> list[tuple[str, int]]:
    """Every object there, and its bytes."""
    pages = s3.get_paginator("list_objects_v2").paginate
    found = (page.get("Contents", []) for prefix in prefixes for page in pages(Bucket=bucket, Prefix=prefix))
    return [(each["Key"], each["Size"]) for page in found for each in page]


def save(s3: Any, bucket: str, key: str, to: Path) -> None:
    """An object as a file. Raises botocore's errors, so that what could not be fetched is not taken for broken."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        for chunk in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(1024 * 1024):
            file.write(chunk)
