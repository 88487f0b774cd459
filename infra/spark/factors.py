"""Works' factors by MLlib's alternating least squares: from rows on the cluster, or from a log on this machine."""

import hashlib

import numpy as np
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame, SparkSession

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models.factors import SEED, Learned
from infra.trainer.tuning.candidates import FACTORS, Candidate
from infra.trainer.tuning.search import Settings

ROUNDS = 10
ROWS_A_BLOCK = 250_000
READING = {
    "fading": FACTORS.values["fading"],
    "ridge": (*FACTORS.values["ridge"], 320.0),
    "confidence": (0.1, *FACTORS.values["confidence"]),
}
VALUES = {
    **READING,
    "factors": FACTORS.values["factors"],
    "regularisation": (0.003, 0.01, 0.03, 0.1, 0.3),
    "alpha": (0.1, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0),
}
START = {
    "fading": 0.93,
    "ridge": 40.0,
    "confidence": 0.3,
    "factors": 48.0,
    "regularisation": 0.03,
    "alpha": 0.5,
}


def learned(rows: DataFrame, count: int, told: Settings, works: int) -> Floats:
    """works × factors, zero where nobody met the work; ``count`` says how many rows there are.

    Minimises Σ (1 + α strength)(p − x_u · y_i)² + λ (Σ n_u |x_u|² + Σ n_i |y_i|²), p being 1 where the reader met the
    work and else 0, n counting what a reader met and who met a work (Zhou et al., AAIM 2008): so λ means the same on a
    sample as on everything.
    """
    blocks = 1 + count // ROWS_A_BLOCK
    als = ALS(
        rank=int(told["factors"]),
        regParam=told["regularisation"],
        alpha=told["alpha"],
        maxIter=ROUNDS,
        implicitPrefs=True,
        numUserBlocks=blocks,
        numItemBlocks=blocks,
        seed=SEED,
        userCol="reader",
        itemCol="work",
        ratingCol="strength",
    )
    found = np.zeros((works, int(told["factors"])), np.float32)
    for row in als.fit(rows).itemFactors.toLocalIterator():
        found[row.id] = row.features
    return found


class OnSpark:
    """Learns from a log on this machine, remembering: a search comes back to settings, and reads them in many ways."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._known: dict[tuple[object, ...], Floats] = {}
        self._rows: tuple[str, DataFrame | None] = ("", None)

    def candidate(self) -> Candidate:
        """In the place of ``FACTORS``: learned by MLlib, read as it is served, and tuned for both."""
        return FACTORS._replace(learn=self.learn, start=START, values=VALUES, reading=frozenset(READING))

    def learn(self, log: Log, told: Settings) -> Learned:
        """Works alone: readers are folded in when they ask."""
        digest = _digest(log)
        key = (digest, *(told[name] for name in VALUES if name not in READING))
        if key not in self._known:
            self._known[key] = learned(self._sent(log, digest), len(log), told, log.works)
        works = self._known[key]
        return Learned(works[:0], works)

    def _sent(self, log: Log, digest: str) -> DataFrame:
        """The log as Spark has it: sent once for all tries."""
        known, rows = self._rows
        if rows is None or known != digest:
            told = zip(log.reader.tolist(), log.work.tolist(), log.strength.tolist(), strict=True)
            rows = self._spark.createDataFrame(list(told), "reader int, work int, strength float", verifySchema=False)
            self._rows = (digest, rows)
        return rows


def _digest(log: Log) -> str:
    found = hashlib.sha256(repr((log.readers, log.works)).encode())
    for column in (log.reader, log.work, log.strength):
        found.update(column.tobytes())
    return found.hexdigest()
