"""A lake of any size: all readers' log on the cluster; on this machine, all works, and a log of some readers."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import add
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, SparkSession

from infra.spark.cleaning import cleaned
from infra.spark.everyone import SCHEMA, Everyone
from infra.spark.lake import about_works, interactions
from infra.trainer.catalogue import Catalogue, NothingToLearn, in_order
from infra.trainer.lake import reading
from infra.trainer.lake.cleaning import authors_of
from infra.trainer.lake.quality import Quality
from infra.trainer.log import Meeting, in_columns

MOST_ROWS = 2_000_000
"""Of the log on this machine: 40 bytes each in columns, half a kilobyte while they are put together."""
NAMES = 2**32
"""How many numbers there are to draw readers by."""


def open_lake(spark: SparkSession, lake: str) -> tuple[Catalogue, Everyone]:
    """The catalogue is what the trainer's own ``open_lake`` has, but its log is of readers drawn by their names where
    all would be too many for one machine. Raises NothingToLearn."""
    quality = Quality()
    with about_works(lake) as folder:
        described = reading.works(folder, quality)
    found = cleaned(spark.sparkContext, interactions(lake), authors_of(described)).persist(StorageLevel.DISK_ONLY)
    met = found.filter(lambda item: not _is_a_count(item))
    counts = dict(met.mapPartitions(_counted).reduceByKey(add).collect())
    if not counts:
        raise NothingToLearn(lake)
    works = in_order(counts.keys(), described)
    _add_up(quality, found.filter(_is_a_count).collect())
    quality.readers, quality.works, quality.interactions = met.count(), len(works), sum(counts.values())
    ids = [work.work_id for work in works]
    log, names = in_columns(_some(met, MOST_ROWS / quality.interactions), ids)
    everyone = Everyone(_numbered(spark, met, ids), len(ids))
    found.unpersist()
    return Catalogue(log, names, works, len(counts), quality), everyone


def _is_a_count(item: object) -> bool:
    return isinstance(item, Quality)


def _add_up(quality: Quality, parts: Iterable[Quality]) -> None:
    for part in parts:
        quality.add(part)
    quality.bots.sort()


def _counted(readers: Iterable[list[Meeting]]) -> Iterator[tuple[str, int]]:
    """How many of these readers met each work."""
    yield from Counter(meeting.work_id for met in readers for meeting in met).items()


def _some(met: "RDD[list[Meeting]]", share: float) -> list[Meeting]:
    """Of about this share of the readers: the same ones every day."""
    drawn = met.filter(lambda theirs: zlib.crc32(theirs[0].reader.encode(errors="surrogatepass")) < share * NAMES)
    return [meeting for theirs in drawn.toLocalIterator() for meeting in theirs]


def _numbered(spark: SparkSession, met: "RDD[list[Meeting]]", ids: list[str]) -> DataFrame:
    """Everybody's rows under numbers, kept by the cluster."""
    places = spark.sparkContext.broadcast({work_id: place for place, work_id in enumerate(ids)})

    def rows(numbered: tuple[list[Meeting], int]) -> Iterator[tuple[Any, ...]]:
        theirs, number = numbered
        for _, work_id, strength, at, _ in theirs:
            yield number, places.value[work_id], strength, at

    frame = spark.createDataFrame(met.zipWithIndex().flatMap(rows), SCHEMA, verifySchema=False)
    kept = frame.persist(StorageLevel.MEMORY_AND_DISK)
    kept.count()
    return kept
