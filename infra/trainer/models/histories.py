"""Readers' pasts as rows of a matrix."""

import numpy as np
from scipy.sparse import csr_matrix

from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.trainer.log import Log

FAR = np.float32(0.05)


def faded(past: Log, readers: Places, rate: float = 1.0) -> Floats:
    """readers × works: strength × rate^(works met since). The same as ``History.faded`` when serving."""
    ends = past.starts()[1:]
    since = ends[past.reader] - 1 - np.arange(len(past))
    values = past.strength * np.float32(rate) ** since.astype(np.float32)
    rows = np.full(past.readers, -1, np.intp)
    rows[readers] = np.arange(len(readers))
    asked = rows[past.reader] >= 0
    matrix = np.zeros((len(readers), past.works), np.float32)
    matrix[rows[past.reader[asked]], past.work[asked]] = values[asked]
    return matrix


def matrix(log: Log, values: Floats) -> csr_matrix:
    """readers × works, sparse: a value for each row of the log."""
    return csr_matrix((values.astype(np.float32), (log.reader, log.work)), shape=(log.readers, log.works))


def together(log: Log, evenness: float = 0.0) -> Floats:
    """works × works: how often, and how strongly, the same readers met both. A reader of m works counts m^-evenness."""
    lengths = np.bincount(log.reader, minlength=log.readers).astype(np.float32)
    met = matrix(log, log.strength * lengths[log.reader] ** np.float32(-evenness / 2))
    counted: Floats = (met.T @ met).toarray()
    return counted


def close_together(log: Log, reach: float, evenness: float = 0.0) -> Floats:
    """The same, with ``reach`` as often for each work met in between; a twentieth counts however far apart."""
    counted = np.zeros((log.works, log.works), np.float32)
    ends = log.starts()[1:-1]
    for works, strengths in zip(log.rows(), np.split(log.strength, ends), strict=True):
        place = np.arange(len(works), dtype=np.float32)
        near = FAR + (1 - FAR) * np.float32(reach) ** np.abs(place[:, None] - place)
        weights = np.float32(max(len(works), 1) ** -evenness) * np.outer(strengths, strengths)
        counted[np.ix_(works, works)] += weights * near
    return counted


def seen(past: Log, readers: Places) -> Floats:
    """-inf where a reader met the work, 0 elsewhere: added to scores, it removes what need not be shown."""
    return np.where(faded(past, readers) > 0, np.float32(-np.inf), np.float32(0))


def standard(scores: Floats) -> Floats:
    """Each row with mean 0 and deviation 1, as serving does it."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    result: Floats = centred / np.maximum(deviation, np.float32(1e-12))
    return result
