"""``make train-spark``: as ``make train``, for lakes that one machine does not hold.

``DATA=folder OUT=folder``, where DATA may be s3://bucket, too; or ``STAGE=name``: the stage's own lake, and the model
becomes live there where it is good enough beside the one that is. On a cluster, spark-submit starts this file.
"""

import argparse
from pathlib import Path

from infra import on_stage
from infra.trainer.gate import Candidate
from infra.trainer.one_thread import with_one_thread
from infra.trainer.outcome import keep


def main() -> int:
    parser = argparse.ArgumentParser(prog="make train-spark", description=__doc__)
    parser.add_argument("--data", help="a folder in the lake's format, or s3://bucket: docs/recommender.md")
    parser.add_argument("--out", type=Path, help="where models are kept")
    parser.add_argument("--stage", help="train on this stage's lake, and publish there")
    told = parser.parse_args()
    if told.stage:
        from infra.spark.stage import train_stage

        return on_stage.perform(lambda: train_stage(told.stage))
    if not told.data or not told.out:
        parser.error("say DATA=folder OUT=folder, or STAGE=name")
    return on_stage.perform(lambda: keep(lambda: _train(told.data, told.out)))


def _train(lake: str, out: Path) -> tuple[Path, Candidate]:
    from infra.spark.training import train

    return train(lake, out)


if __name__ == "__main__":
    with_one_thread()
    raise SystemExit(main())
