"""Training on a stage's own lake: fetched from S3, trained, and published where it is good enough."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from chalicelib.core import settings
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.trainer import gate
from infra.trainer.catalogue import NothingToLearn
from infra.trainer.tuning.candidates import PARTS, Candidate

LAKE = ("interactions/", "works/", "readers/")


def train_stage(stage: str, parts: Sequence[Candidate] = PARTS) -> int:
    """The exit code: 0 also where the live model stays, for that is no failure. Raises Stopped."""
    on_stage.enter(stage)
    from infra.trainer import publishing
    from infra.trainer.training import train

    with tempfile.TemporaryDirectory(prefix="lake-") as name:
        folder = Path(name)
        fetch(on_stage.client("s3"), settings.bucket("lake"), folder / "lake")
        try:
            folder, candidate = train(folder / "lake", Path("build") / "models" / settings.stage(), parts)
        except NothingToLearn as nothing:
            raise Stopped(f"{nothing}. Readers' events reach the lake within an hour of when they happen.") from None
    verdict = publishing.publish(folder, folder.name, lambda live: gate.compare(candidate, live))
    print(f"{folder.name} is {'live' if verdict.promoted else 'not promoted'}: {verdict.why}")
    return 0


def fetch(s3: Any, bucket: str, to: Path) -> None:
    """All that a model is learned from."""
    pages = s3.get_paginator("list_objects_v2").paginate
    found = (page.get("Contents", []) for prefix in LAKE for page in pages(Bucket=bucket, Prefix=prefix))
    keys = [each["Key"] for objects in found for each in objects]
    to.mkdir(parents=True)
    for key in tqdm(keys, desc="the lake", unit=" objects", leave=False):
        (to / key).parent.mkdir(parents=True, exist_ok=True)
        _save(s3, bucket, key, to / key)


def _save(s3: Any, bucket: str, key: str, to: Path) -> None:
    with to.open("wb") as file:
        for chunk in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(1024 * 1024):
            file.write(chunk)
