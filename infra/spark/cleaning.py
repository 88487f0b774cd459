"""The lake's events, brought together reader by reader and cleaned by the very functions that one machine cleans with.

What is found wrong is counted by returned counts, not by accumulators: a task that runs twice would count twice there.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from pyspark import RDD, SparkContext

from infra.spark.lake import File, at_hand
from infra.trainer.lake.cleaning import Authors, clean_one
from infra.trainer.lake.quality import Quality
from infra.trainer.lake.reading import Read, events_of
from infra.trainer.log import Meeting, meetings

PART_BYTES = 16 * 1024 * 1024
"""Of packed files, some 300,000 events, to a part of the work."""
FEWEST_PARTS = 4
NOBODY = ""
"""No reader has this name, so that what is said of files travels under it."""

Key = tuple[str, int, int]
"""Reader, number of the file, number of the event in it."""


def cleaned(context: SparkContext, files: Sequence[File], authors: Authors) -> "RDD[list[Meeting] | Quality]":
    """What each reader met, and, one for each part, what was found wrong. How work is parted, and so the order, depends
    on the lake alone and not on the machines."""
    parts = max(FEWEST_PARTS, sum(file.bytes for file in files) // PART_BYTES)
    names = [(number, file.name) for number, file in enumerate(files)]
    told = context.broadcast(authors)
    read = context.parallelize(names, max(1, min(len(names), parts))).flatMap(_read)
    by_reader = read.repartitionAndSortWithinPartitions(parts, _place)
    return by_reader.mapPartitions(lambda rows: _clean(rows, told.value))


def _read(file: tuple[int, str]) -> Iterator[tuple[Key, Read | Quality]]:
    number, name = file
    quality = Quality()
    with at_hand(name) as path:
        for place, event in enumerate(events_of(path, quality)):
            yield (event.line.reader, number, place), event
    yield (NOBODY, number, 0), quality


def _place(key: Key) -> int:
    """The same in every process, as Python's own hash of a text is not."""
    return zlib.crc32(key[0].encode(errors="surrogatepass"))


def _clean(rows: Iterable[tuple[Key, Any]], authors: Authors) -> Iterator[list[Meeting] | Quality]:
    quality = Quality()
    for reader, theirs in groupby(rows, lambda row: row[0][0]):
        found = (value for _, value in theirs)
        if reader == NOBODY:
            for each in found:
                quality.add(each)
        elif met := meetings(clean_one(reader, found, authors, quality)):
            yield met
    yield quality
