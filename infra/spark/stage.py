"""Training on a stage's own lake, where it lies, and publishing where that is good enough."""

import tempfile
from pathlib import Path

from chalicelib.core import settings
from infra import on_stage
from infra.trainer.outcome import make_live


def train_stage(stage: str) -> int:
    """The exit code, as ``make_live``. Raises Stopped.

    Models are written below the folder for what is temporary, for of an EMR Serverless worker nothing else is known.
    """
    on_stage.enter(stage)
    from infra.spark.training import train

    out = Path(tempfile.gettempdir(), "lyceum-models", settings.stage())
    return make_live(lambda: train(f"s3://{settings.bucket('lake')}", out))
