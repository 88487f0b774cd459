"""The report: every table as Markdown, every plot as PNG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path

from infra.trainer.benchmark import plots
from infra.trainer.benchmark.comparison import Comparison
from infra.trainer.benchmark.new_readers import NewReaders
from infra.trainer.benchmark.new_works import NewWorks
from infra.trainer.benchmark.rating_prediction import Result
from infra.trainer.lake.quality import Quality

FIGURES = ("NDCG@10", "95 %", "R@10", "NDCG@20", "R@20", "coverage", "novelty", "popularity bias", "author Gini")


@dataclass
class Findings:
    """All that was measured; what is None or empty was not."""

    data: str
    quality: Quality
    comparisons: list[Comparison]
    ratings: Result | None = None
    small_case: Result | None = None
    new_works: NewWorks | None = None
    new_readers: NewReaders | None = None
    figures: dict[str, float] = field(default_factory=dict)


def write_report(folder: Path, findings: Findings) -> Path:
    """The Markdown file, with its plots beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = plots.draw(folder, findings)
    sections = [
        f"# Recommender: {findings.data}",
        "Full-catalogue ranking, seen works removed, hyper-parameters chosen on an inner split with the same number of "
        "tries for each model. Intervals: bootstrap over readers.",
        *(_comparison(each) for each in findings.comparisons),
        *_ratings("Rating prediction", findings.ratings),
        *_ratings("Rating prediction: 50 readers, 100 works, 10 ratings each", findings.small_case),
        *_newcomers(findings),
        "## Figures\n\n" + table(("name", "value"), ((name, f"{v:.4f}") for name, v in findings.figures.items())),
        "## Data quality\n\n" + table(("what", "how much"), findings.quality.rows()),
        "## Plots\n\n" + "\n\n".join(f"![{name}]({name}.png)" for name in drawn),
    ]
    file = folder / "report.md"
    file.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return file


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(comparison: Comparison) -> str:
    """A comparison as a table."""
    rows = (
        [
            row.name,
            f"{row.ndcg10:.4f}",
            f"{row.interval[0]:.4f}–{row.interval[1]:.4f}",
            f"{row.recall10:.4f}",
            f"{row.ndcg20:.4f}",
            f"{row.recall20:.4f}",
            f"{row.coverage:.3f}",
            f"{row.novelty:.2f}",
            f"{row.popularity_bias:.2f}",
            "–" if isnan(row.author_exposure) else f"{row.author_exposure:.3f}",
        ]
        for row in comparison.rows
    )
    return table(("model", *FIGURES), rows)


def _comparison(comparison: Comparison) -> str:
    settings = table(
        ("model", "settings"),
        ((row.name, ", ".join(f"{name} {value:g}" for name, value in row.settings.items())) for row in comparison.rows),
    )
    return f"## {comparison.title}, {comparison.readers:,} readers\n\n{shown(comparison)}\n\n{settings}"


def _ratings(title: str, result: Result | None) -> list[str]:
    if result is None:
        return []
    rows = [("the mean", f"{result.mean:.4f}"), ("biases", f"{result.biases:.4f}"), ("model", f"{result.model:.4f}")]
    rates = ", ".join(f"{rate:g}" for rate in result.rates)
    return [f"## {title}\n\n{table(('RMSE, 5 folds', ''), rows)}\n\nLearning rate chosen in each fold: {rates}."]


def _newcomers(findings: Findings) -> list[str]:
    sections = []
    if found := findings.new_works:
        rows = [(name, f"{value:.4f}") for name, value in found._asdict().items()]
        sections.append("## Works that nobody met\n\n" + table(("ranked by", "NDCG@20"), rows))
    if readers := findings.new_readers:
        stages = zip(readers.ours, readers.popularity, readers.declared, strict=True)
        lines = [[str(known), *(f"{value:.4f}" for value in values)] for known, values in enumerate(stages)]
        heads = ("works met", "ours", "popularity", "ours, three interests declared")
        sections.append("## Readers whom the model never saw, NDCG@10\n\n" + table(heads, lines))
    return sections
