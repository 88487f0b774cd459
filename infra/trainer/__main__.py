"""`make train DATA=folder OUT=folder`: cleans, compares and tunes, fits on everything, and writes a model and a report.

The model is ``OUT/<version>/``; it appears whole, by one rename, or not at all. The report lies in
``OUT/report-<version>/``.
"""

import argparse
from pathlib import Path

from infra.trainer import artefact
from infra.trainer.benchmark.comparable import comparable
from infra.trainer.benchmark.comparison import Comparison, compare
from infra.trainer.benchmark.describing import describe
from infra.trainer.benchmark.report import Findings, write_report
from infra.trainer.catalogue import open_lake
from infra.trainer.fitting import fit
from infra.trainer.one_thread import with_one_thread
from infra.trainer.splits import NEXT_WORK
from infra.trainer.tuning.plan import make_plan


def train(data: Path, out: Path) -> Path:
    """The folder of the model. A lake in which nobody met three works yields a model without metrics, by settings that
    did well elsewhere. Raises NothingToLearn."""
    catalogue = open_lake(data)
    sample = comparable(catalogue)
    sampled = describe(sample, out / "described-sample.npz")
    comparison = compare("next work", sample, NEXT_WORK, sampled)
    plan = make_plan(sample.log, NEXT_WORK, sampled, len(sample.subjects))
    features = sampled if sample is catalogue else describe(catalogue, out / "described.npz")
    fitted = fit(catalogue.log, plan, features, len(catalogue.subjects))
    written = artefact.write(out, fitted, plan, catalogue, _metrics(comparison))
    write_report(out / f"report-{written.name}", Findings(str(data), catalogue.quality, [comparison]))
    return written


def _metrics(comparison: Comparison) -> dict[str, float]:
    if not comparison.rows:
        return {}
    figures = {row.name: row.ndcg10 for row in comparison.rows}
    ours = comparison.ours
    low, high = ours.interval
    return {"ndcg10": ours.ndcg10, "ndcg10_low": low, "ndcg10_high": high, "recall20": ours.recall20} | {
        f"ndcg10_{name}": figures[name] for name in ("popularity", "ALS", "EASE")
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder in the lake's format: docs/recommender.md")
    parser.add_argument("--out", type=Path, required=True, help="where models are kept")
    told = parser.parse_args()
    print(f"written: {train(told.data, told.out)}")


if __name__ == "__main__":
    with_one_thread()
    main()
