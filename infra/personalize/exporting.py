"""From the lake to the CSV that Personalize reads, a day an object. Nothing of it stays once it has been read."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from chalicelib.core import settings
from chalicelib.lake import bucket, days, packing, works
from chalicelib.lake.shapes import Work
from chalicelib.recommend import columns
from infra.deploy.errors import Stopped
from infra.personalize.role import PREFIX
from infra.personalize.schemas import columns as named

FEWEST_EVENTS, FEWEST_READERS = 1_000, 25
"""docs.aws.amazon.com/personalize/latest/dg/limits.html: to train; and these readers have two events at least."""


def write(dataset: str) -> str:
    """Where it lies: ``s3://…``. Raises Stopped where it is too little to learn from."""
    clear(dataset)
    if dataset == "ITEMS":
        _put(dataset, "works", (columns.item(work) for work in _works()))
    else:
        _write_days()
    return f"s3://{settings.bucket('lake')}/{PREFIX}{dataset.lower()}/"


def clear(dataset: str = "") -> None:
    bucket.remove([each.key for each in bucket.listed(f"{PREFIX}{dataset.lower()}")])


def _write_days() -> None:
    by_reader: Counter[str] = Counter()
    for day in days.every():
        told = [columns.interaction(event) for event in days.read(day) if columns.weight(event)]
        by_reader.update(row["USER_ID"] for row in told)
        if told:
            _put("INTERACTIONS", day, told)
    readers = sum(count >= 2 for count in by_reader.values())
    if by_reader.total() < FEWEST_EVENTS or readers < FEWEST_READERS:
        raise Stopped(
            f"The lake holds {by_reader.total()} events that say something good, and {readers} readers with two of "
            f"them; Personalize learns from {FEWEST_EVENTS} and {FEWEST_READERS}. Come again when there are."
        )


def _works() -> Iterator[Work]:
    stored = bucket.read(works.KEY)
    return (msgspec.json.decode(line, type=Work) for line in packing.unpack(stored.data)) if stored else iter(())


def _put(dataset: str, part: str, rows: Iterable[dict[str, Any]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, named(dataset), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    bucket.put(f"{PREFIX}{dataset.lower()}/{part}.csv", out.getvalue().encode())
