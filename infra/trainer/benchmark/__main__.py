"""`make bench-recommend`: ours against what somebody would take instead, on MovieLens 100K or on one's own lake.

Prints the tables, writes a report with plots into build/bench/recommend/, and build/bench/bench-recommend.json.
``--attention`` (`make bench-attention`): with a sequence model alone and in the blend, written as `attention`.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from infra.deploy.tree import BUILD
from infra.trainer.benchmark import ml100k, new_readers, new_works, rating_prediction, speed
from infra.trainer.benchmark.comparable import comparable
from infra.trainer.benchmark.comparison import OURS, compare
from infra.trainer.benchmark.describing import describe
from infra.trainer.benchmark.report import Findings, shown, write_report
from infra.trainer.catalogue import open_lake
from infra.trainer.one_thread import with_one_thread
from infra.trainer.parts import parts
from infra.trainer.serving import REMEMBERED
from infra.trainer.splits import LAST_FIFTH, NEXT_WORK, RANDOM_FIFTH
from infra.trainer.tuning.candidates import BASELINES, PARTS, Candidate
from infra.trainer.tuning.plan import make_plan

LAST, RANDOM, TIME = "each reader's last work", "a random fifth", "the last fifth of time"
SPLITS = ((LAST, NEXT_WORK, REMEMBERED), (RANDOM, RANDOM_FIFTH, None), (TIME, LAST_FIFTH, REMEMBERED))
"""What happened last is asked of what the platform remembers. A random fifth has no last: all that is left is told."""
USUAL = {OURS, *(candidate.name for candidate in (*BASELINES, *PARTS))}


def measure(data: Path, out: Path, made_of: Sequence[Candidate] = PARTS) -> Findings:
    """All figures of a lake. Raises NothingToLearn."""
    catalogue = comparable(open_lake(data))
    features, subjects = describe(catalogue, out / "described.npz"), len(catalogue.subjects)
    findings = Findings(str(data), catalogue.quality, [])
    findings.figures = speed.ratio()
    for title, way, remembered in SPLITS:
        findings.comparisons.append(compare(title, catalogue, way, features, remembered, made_of))
        print(f"\n{title}\n{shown(findings.comparisons[-1])}", flush=True)
    findings.ratings = rating_prediction.measure(catalogue.log)
    findings.small_case = rating_prediction.small_case()
    findings.new_works = new_works.measure(catalogue.log, features, subjects)
    plan = make_plan(new_readers.without(catalogue.log), NEXT_WORK, features, subjects)
    findings.new_readers = new_readers.measure(catalogue, plan, features)
    findings.figures |= figures(findings)
    return findings


def figures(findings: Findings) -> dict[str, float]:
    """The names under which the figures are compared from one run to the next."""
    found = {}
    for name, comparison in zip(("last_out", "random", "time_split"), findings.comparisons, strict=True):
        if comparison.rows:
            found[f"{name}_ndcg10"] = comparison.ours.ndcg10
            found[f"{name}_ndcg10_als"] = comparison.of("ALS").ndcg10
            found[f"{name}_ndcg10_ease"] = comparison.of("EASE").ndcg10
            found[f"{name}_ndcg10_best_baseline"] = comparison.best_baseline.ndcg10
            found |= {f"{name}_ndcg10_{row.name}": row.ndcg10 for row in comparison.rows if row.name not in USUAL}
    if findings.ratings:
        found["rmse"] = findings.ratings.model
    if findings.small_case:
        found["rmse_50_100_10"] = findings.small_case.model
    if findings.new_works:
        found["cold_work_ndcg20"] = findings.new_works.content
    if findings.new_readers:
        found["new_reader_min_ratio_to_popularity"] = findings.new_readers.least_ratio
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-recommend", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder in the lake's format; default: MovieLens 100K")
    parser.add_argument("--attention", action="store_true", help="let a sequence model join: needs torch")
    told = parser.parse_args()
    name = "attention" if told.attention else "recommend"
    out = BUILD / "bench" / name
    findings = measure(told.data or ml100k.lake(), out, parts(told.attention))
    if told.attention:
        findings.figures |= speed.attentive()
    report = write_report(out, findings)
    file = BUILD / "bench" / f"bench-{name}.json"
    file.write_text(json.dumps(findings.figures, indent=2) + "\n")
    for name, figure in findings.figures.items():
        print(f"{name:38} {figure:8.4f}")
    print(f"written to {file.relative_to(BUILD.parent)} and {report.relative_to(BUILD.parent)}")


if __name__ == "__main__":
    with_one_thread()
    main()
