"""The session that spark-submit has prepared, or one on this machine."""

import os
import sys

from pyspark.sql import SparkSession

from infra.deploy.errors import Stopped
from infra.spark.java import lacking

HERE = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false"}
"""Nobody else has to reach what runs on this machine."""


def session() -> SparkSession:
    """Raises Stopped where this machine has no Java for it."""
    builder = SparkSession.builder.appName("lyceum")
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        if lack := lacking():
            raise Stopped(lack)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        for name, value in HERE.items():
            builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark
