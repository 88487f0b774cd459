"""EASE and EDLAE: each work from all others by one ridge regression, solved in closed form."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models.histories import close_together, together


def ease(log: Log, ridge: float, dropout: float = 0.0, evenness: float = 0.0, reach: float = 1.0) -> Floats:
    """works × works, with a zero diagonal.

    EASE (Steck, WWW 2019, equation 8); with ``dropout`` p, EDLAE's emphasised denoising adds p ÷ (1 − p) of the
    diagonal to the ridge (Steck, NeurIPS 2020, equation 9). ``evenness`` e weighs a reader of m works by m^−e: 0
    counts works alike, 1 readers. With ``reach`` below 1, works met soon after one another count more together; the
    kernel reach^|distance| is positive definite, so the sum of its readers' parts is a Gram matrix still.
    """
    gram = together(log, evenness) if reach == 1 else close_together(log, reach, evenness)
    diagonal = np.diag(gram).copy()
    gram.flat[:: len(gram) + 1] += np.float32(ridge) + np.float32(dropout / (1 - dropout)) * diagonal
    inverse = cho_solve(cho_factor(gram, overwrite_a=True), np.eye(len(gram), dtype=np.float32), overwrite_b=True)
    weights: Floats = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights
