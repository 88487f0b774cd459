"""Plots beside the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib

from infra.trainer.tuning.descents import Curve

if TYPE_CHECKING:
    from infra.trainer.benchmark.comparison import Comparison
    from infra.trainer.benchmark.report import Findings

matplotlib.use("Agg")
from matplotlib import pyplot

WORST = 3.0
"""Where the axis of errors ends: rates that are too high leave every scale."""


def draw(folder: Path, findings: Findings) -> list[str]:
    """The names of the files written, without their ending."""
    drawn: dict[str, Any] = {}
    for comparison in filter(lambda each: each.rows, findings.comparisons):
        name = re.sub(r"\W+", "-", comparison.title)
        drawn[f"{name}-ndcg"] = _ndcg(comparison)
        drawn[f"{name}-spread"] = _spread(comparison)
    if findings.ratings:
        drawn["learning-rates"] = _curve("rating prediction", findings.ratings.curve)
    if findings.small_case:
        drawn["learning-rates-50-100-10"] = _curve("50 readers, 100 works, 10 ratings each", findings.small_case.curve)
    if findings.new_readers:
        drawn["new-readers"] = _new_readers(findings)
    for name, figure in drawn.items():
        figure.savefig(folder / f"{name}.png", dpi=110, bbox_inches="tight")
        pyplot.close(figure)
    return list(drawn)


def _ndcg(comparison: Comparison) -> Any:
    figure, axes = pyplot.subplots(figsize=(7, 4))
    rows = comparison.rows[::-1]
    values = [row.ndcg10 for row in rows]
    errors = [
        [row.ndcg10 - row.interval[0] for row in rows],
        [row.interval[1] - row.ndcg10 for row in rows],
    ]
    axes.barh([row.name for row in rows], values, xerr=errors, color="#4878a8", ecolor="#333333", capsize=3)
    axes.set(title=comparison.title, xlabel="NDCG@10 with 95 % intervals")
    return figure


def _spread(comparison: Comparison) -> Any:
    figure, all_axes = pyplot.subplots(1, 4, figsize=(14, 4), sharey=True)
    rows = comparison.rows[::-1]
    for axes, name in zip(all_axes, ("coverage", "novelty", "popularity_bias", "author_exposure"), strict=True):
        axes.barh([row.name for row in rows], [getattr(row, name) for row in rows], color="#8a6d3b")
        axes.set(title=name.replace("_", " "))
    return figure


def _curve(title: str, curve: Curve) -> Any:
    figure, (by_epoch, by_rate) = pyplot.subplots(1, 2, figsize=(11, 4))
    for rate, errors in curve.items():
        by_epoch.plot(range(1, len(errors) + 1), [min(error, WORST) for error in errors], label=f"{rate:g}")
    by_epoch.set(title=title, xlabel="epoch", ylabel="RMSE on the fold left out")
    by_epoch.legend(title="learning rate")
    by_rate.semilogx(list(curve), [min(*errors, WORST) for errors in curve.values()], marker="o")
    by_rate.set(title="cross-validation", xlabel="learning rate", ylabel="least RMSE")
    return figure


def _new_readers(findings: Findings) -> Any:
    assert findings.new_readers
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, values in findings.new_readers._asdict().items():
        axes.plot(range(len(values)), values, marker="o", label=name)
    axes.set(title="readers whom the model never saw", xlabel="works met", ylabel="NDCG@10")
    axes.legend()
    return figure
