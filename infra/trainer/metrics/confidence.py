"""How far a mean over readers can be believed."""

import numpy as np

from infra.trainer.metrics.ranking import Figures

DRAWS = 1_000


def interval(figures: Figures, seed: int = 3) -> tuple[float, float]:
    """The middle 95 % of means over readers drawn again with replacement (Efron, 1979: the percentile bootstrap)."""
    generator = np.random.default_rng(seed)
    means = [figures[generator.integers(len(figures), size=len(figures))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
