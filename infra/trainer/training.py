"""From a lake to a model's folder: cleaned, compared and tuned, fitted on everything, written whole."""

from pathlib import Path

from infra.trainer import artefact
from infra.trainer.benchmark.comparable import comparable
from infra.trainer.benchmark.comparison import Comparison, compare
from infra.trainer.benchmark.describing import describe
from infra.trainer.benchmark.report import Findings, write_report
from infra.trainer.catalogue import Catalogue, open_lake
from infra.trainer.fitting import ALONE, Means, fit
from infra.trainer.gate import Candidate
from infra.trainer.splits import NEXT_WORK
from infra.trainer.tuning.plan import make_plan


def train(data: Path, out: Path, means: Means = ALONE) -> tuple[Path, Candidate]:
    """A lake's folder to a model's, and how that came about. Raises NothingToLearn."""
    return learn(open_lake(data), str(data), out, means)


def learn(catalogue: Catalogue, title: str, out: Path, means: Means = ALONE) -> tuple[Path, Candidate]:
    """The folder of the model, and how it came about. A lake in which nobody met three works yields a model without
    metrics, by settings that did well elsewhere."""
    sample = comparable(catalogue)
    sampled = describe(sample, out / "described-sample.npz")
    comparison = compare("next work", sample, NEXT_WORK, sampled, parts=means.parts)
    plan = make_plan(sample.log, NEXT_WORK, sampled, len(sample.subjects), means.parts)
    features = sampled if sample is catalogue else describe(catalogue, out / "described.npz")
    fitted = fit(catalogue.log, plan, features, len(catalogue.subjects), means.whole(plan))
    metrics = _metrics(comparison)
    written = artefact.write(out, fitted, plan, catalogue, metrics)
    write_report(out / f"report-{written.name}", Findings(title, catalogue.quality, [comparison]))
    return written, Candidate(catalogue, plan, features, metrics, means)


def _metrics(comparison: Comparison) -> dict[str, float]:
    if not comparison.rows:
        return {}
    figures = {row.name: row.ndcg10 for row in comparison.rows}
    ours = comparison.ours
    low, high = ours.interval
    return {"ndcg10": ours.ndcg10, "ndcg10_low": low, "ndcg10_high": high, "recall20": ours.recall20} | {
        f"ndcg10_{name}": figures[name] for name in ("popularity", "ALS", "EASE")
    }
