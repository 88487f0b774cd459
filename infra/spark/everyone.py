"""All readers' log, on the cluster: what must see all of them is counted and learned here."""

import math

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.spark.factors import learned
from infra.trainer.fitting import Whole, most_met_first
from infra.trainer.models.popularity import DAY, standing
from infra.trainer.tuning.plan import Plan

SCHEMA = "reader int, work int, strength float, at double"


class Everyone:
    """A row for each reader and work met; ``works`` counts those that nobody met, too."""

    def __init__(self, rows: DataFrame, works: int) -> None:
        self._rows, self._works = rows, works

    def learn(self, plan: Plan, until: float = math.inf) -> Whole:
        """As ``fitting.learn_whole``, from what was met until then. On this machine there are three numbers for each
        work and its factors, and nothing that grows with readers."""
        rows = self._rows.where(sql.col("at") <= until)
        first, last = rows.agg(sql.min("at"), sql.max("at")).first()
        counts, popular = self._counted(rows, last, plan.popularity["half_life"])
        order, met = most_met_first(counts)
        works = learned(rows, int(counts.sum()), plan.factors, self._works)
        return Whole(counts, works[order[:met]], standing(popular[order[:met]]), (first, last))

    def _counted(self, rows: DataFrame, last: float, half_life_days: float) -> tuple[Places, Floats]:
        """Of each work how many readers met it, and its popularity as ``models.popularity`` has it."""
        age = (sql.lit(last) - sql.col("at")) / DAY
        weight = sql.pow(sql.lit(0.5), age / half_life_days) if half_life_days else sql.lit(1.0)
        counts, popular = np.zeros(self._works, np.intp), np.zeros(self._works, np.float64)
        for row in rows.groupBy("work").agg(sql.count("*").alias("met"), sql.sum(weight).alias("weight")).collect():
            counts[row.work], popular[row.work] = row.met, row.weight
        return counts, popular.astype(np.float32)
