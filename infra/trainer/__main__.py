"""``make train``: cleans, tunes, evaluates, fits on everything, and writes a model and a report.

``DATA=folder OUT=folder``: the model is ``OUT/<version>/``; it appears whole, by one rename, or not at all. The report
lies in ``OUT/report-<version>/``. ``STAGE=name``: the same on the stage's own lake, and the model becomes live there
where it is good enough beside the one that is. ``--attention`` (``make train-attention``): with a sequence model as a
further part; needs torch.
"""

import argparse
from pathlib import Path

from infra import on_stage
from infra.trainer.fitting import Means
from infra.trainer.one_thread import with_one_thread
from infra.trainer.outcome import keep
from infra.trainer.parts import parts


def main() -> int:
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder in the lake's format: docs/recommender.md")
    parser.add_argument("--out", type=Path, help="where models are kept")
    parser.add_argument("--stage", help="train on this stage's lake, and publish there")
    parser.add_argument("--attention", action="store_true", help="let a sequence model join: needs torch")
    told = parser.parse_args()
    means = Means(parts(told.attention))
    if told.stage:
        from infra.trainer.stage import train_stage

        return on_stage.perform(lambda: train_stage(told.stage, means))
    if not told.data or not told.out:
        parser.error("say DATA=folder OUT=folder, or STAGE=name")
    from infra.trainer.training import train

    return on_stage.perform(lambda: keep(lambda: train(told.data, told.out, means)))


if __name__ == "__main__":
    with_one_thread()
    raise SystemExit(main())
