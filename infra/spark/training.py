"""From a lake to a model's folder: all readers on the cluster, what needs all pairs of works on this machine."""

from pathlib import Path

from infra.spark.catalogue import open_lake
from infra.spark.factors import OnSpark
from infra.spark.session import session
from infra.trainer.fitting import Means
from infra.trainer.gate import Candidate
from infra.trainer.training import learn
from infra.trainer.tuning.candidates import EASE, SEQUENCE


def train(lake: str, out: Path) -> tuple[Path, Candidate]:
    """As the trainer's own ``train``; the lake is a folder or s3://bucket. Raises NothingToLearn; Stopped where Spark
    cannot run."""
    spark = session()
    catalogue, everyone = open_lake(spark, lake)
    parts = (EASE, SEQUENCE, OnSpark(spark).candidate())
    return learn(catalogue, lake, out, Means(parts, everyone.learn))
