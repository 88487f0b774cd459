"""Cards: what lists show of a published work, on its shelves and with its authors."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.catalog import subjects as taxonomy
from chalicelib.catalog.models import CardRow, WorkRow, author_row, shelf_row
from chalicelib.core import clock
from chalicelib.core.transactions import Transaction

NEWEST = "all"
_SHOWN = ("published_at", "kind", "title", "summary", "language", "prices", "authors", "subjects", "version")


class Author(Struct, frozen=True):
    author_id: str
    name: str


class Card(Struct, frozen=True, kw_only=True):
    """A published work, as lists show it. Prices are whole minor units by currency."""

    work_id: str
    kind: str
    title: str
    summary: str
    language: str
    prices: dict[str, int]
    authors: list[Author]
    subjects: list[str]
    version: int
    published_at: str


def of(work: Any) -> Card:
    """The card of anything that has what a card shows: a work, or a stored row."""
    moment = work.published_at
    return Card(
        work_id=work.work_id,
        kind=work.kind,
        title=work.title,
        summary=work.summary,
        language=work.language,
        prices=dict(work.prices),
        authors=msgspec.convert(work.authors, list[Author], from_attributes=True),
        subjects=[str(subject) for subject in work.subjects],
        version=work.version,
        published_at=clock.rfc3339(moment) if isinstance(moment, datetime) else moment,
    )


def key(work_id: str) -> tuple[Any, str, str]:
    """A published work's card's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return CardRow, work_id, shelf_row(NEWEST)


def place(tx: Transaction, work: WorkRow) -> None:
    """Put the card everywhere it belongs."""
    card: dict[str, Any] = {name: getattr(work, name) for name in _SHOWN}
    for row, index_key in _places(work).items():
        tx.put(CardRow(work.work_id, row, **(card | index_key)))


def clear(tx: Transaction, work: WorkRow, successor: WorkRow | None = None) -> None:
    """Take the card from everywhere that its successor does not stand."""
    for row in _places(work).keys() - (_places(successor).keys() if successor else set()):
        tx.delete(CardRow(work.work_id, row))


def _places(work: WorkRow) -> dict[str, dict[str, str]]:
    """The rows that the card stands in, each with the index key that it is found by."""
    if work.state != "published":
        return {}
    shelves = [NEWEST, *taxonomy.shelves(str(subject) for subject in work.subjects)]
    places = {shelf_row(shelf): {"shelf": shelf} for shelf in shelves}
    return places | {author_row(author["author_id"]): {"author_id": author["author_id"]} for author in work.authors}
