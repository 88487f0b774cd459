"""What happened to works, told to whoever listens."""

from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.catalog.works import PUBLISHED, WITHDRAWN
from chalicelib.core import facts, settings
from chalicelib.core.records import Change, each_change

jobs = Blueprint(__name__)


@jobs.on_dynamodb_record(stream_arn=settings.stream("works"), name="catalog_tell", batch_size=100)
@each_change
def tell(change: Change) -> None:
    """Each version that is published, and each withdrawal. The same change tells the same fact, with the same id."""
    new, old = change.new, change.old or {}
    if new is None or new["row"] != "work":
        return
    if new["state"] == PUBLISHED and (old.get("state"), old.get("version")) != (PUBLISHED, new["version"]):
        facts.publish([facts.of(change, "work.published", new["work_id"], _published(new))])
    if new["state"] == WITHDRAWN and (old.get("state"), old.get("taken_down")) != (WITHDRAWN, new["taken_down"]):
        facts.publish([facts.of(change, "work.withdrawn", new["work_id"], _withdrawn(new))])


def _published(row: dict[str, Any]) -> dict[str, Any]:
    told = ("work_id", "owner_id", "version", "title", "summary", "kind", "language", "subjects", "tags", "prices")
    authors = msgspec.json.decode(row["authors"])
    return {name: row[name] for name in (*told, "shares", "published_at", "updated_at")} | {
        "authors": authors,
        "author_names": [author["name"] for author in authors],
        "files": msgspec.json.decode(row["files"]),
    }


def _withdrawn(row: dict[str, Any]) -> dict[str, Any]:
    return {"work_id": row["work_id"], "version": row["version"], "takedown": row["taken_down"]}
