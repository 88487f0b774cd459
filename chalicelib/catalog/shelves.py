"""Shelves: published works by subject, by author, or all of them, the newest first."""

from chalicelib.catalog import cards
from chalicelib.catalog.cards import NEWEST, Card
from chalicelib.catalog.models import CardRow
from chalicelib.catalog.shapes import ShelfQuery
from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.core import cursors
from chalicelib.core.cursors import Page
from chalicelib.core.tables import page
from chalicelib.core.validation import FieldInvalid


def browse(query: ShelfQuery) -> Page[Card]:
    """One call, however many works there are. Raises FieldInvalid, BadCursor."""
    if query.subject and query.author:
        raise FieldInvalid("author", "cannot be combined with subject", "不能与 subject 同时使用")
    if query.subject and query.subject not in SUBJECTS:
        raise FieldInvalid("subject", f"there is no subject {query.subject}", f"没有主题 {query.subject}")
    scope = ("works", f"author#{query.author}" if query.author else f"shelf#{query.subject or NEWEST}")
    index, key = (CardRow.by_author, query.author) if query.author else (CardRow.by_shelf, query.subject or NEWEST)
    found, last = page(
        index.query(
            key,
            scan_index_forward=False,
            limit=query.limit,
            last_evaluated_key=cursors.unseal(query.cursor, *scope),
        )
    )
    return Page([cards.of(row) for row in found], cursors.seal(last, *scope))
