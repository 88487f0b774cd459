"""Sequential ridge: what comes next from the faded past, by one regression, solved in closed form."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.trainer.log import Log


def sequence(log: Log, ridge: float, past: float, ahead: float, evenness: float = 0.0) -> Floats:
    """works × works: (S'S + ridge I)⁻¹ S'T over every moment of every reader.

    A row of S is what was met until then, faded by ``past`` for each work since; a row of T what came after, faded by
    ``ahead`` for each work between: near 0, T is the next work; near 1, all that a reader will ever meet. ``evenness``
    as in ``ease``.
    """
    gram = np.zeros((log.works, log.works), np.float32)
    cross = np.zeros_like(gram)
    for works in log.rows():
        if len(works) > 1:
            _count(gram, cross, works, past, ahead, len(works) ** -evenness)
    gram.flat[:: log.works + 1] += np.float32(ridge)
    weights: Floats = cho_solve(cho_factor(gram, overwrite_a=True), cross, overwrite_b=True)
    return weights


def _count(gram: Floats, cross: Floats, works: Places, past: float, ahead: float, weight: float) -> None:
    """One reader's part of both sums: only the works that they met take part."""
    moments = np.arange(len(works), dtype=np.float32)
    since = moments[:-1, None] - moments
    until_then = np.where(since >= 0, np.float32(past) ** np.maximum(since, 0), np.float32(0))
    then = np.where(since < 0, np.float32(ahead) ** np.maximum(-since - 1, 0), np.float32(0))
    cells = np.ix_(works, works)
    gram[cells] += np.float32(weight) * (until_then.T @ until_then)
    cross[cells] += np.float32(weight) * (until_then.T @ then)
