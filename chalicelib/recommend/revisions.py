"""Rows that are read, changed and written back, by whoever comes first; the other tries again on what is there then."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import ids
from chalicelib.core.errors import Conflict
from chalicelib.core.tables import Row
from chalicelib.core.transactions import Transaction

ATTEMPTS = 8
P = ParamSpec("P")
T = TypeVar("T")


class Revised(Row):
    """A row with a revision, a new one each time that it is written."""

    revision = UnicodeAttribute()


def replace(tx: Transaction, row: Revised) -> None:
    """Put the row in the place of what it was read from, or where there was none. Raises Conflict."""
    model = type(row)
    unchanged = model.revision == row.revision if row.revision else model.revision.does_not_exist()
    row.revision = ids.new()
    tx.put(row, unchanged, Conflict())


def persistent(deed: Callable[P, T]) -> Callable[P, T]:
    """Do it again from the beginning while somebody else was quicker. Raises Conflict after 8 attempts."""

    @wraps(deed)
    def attempt(*given: P.args, **named: P.kwargs) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                return deed(*given, **named)
            except Conflict:
                continue
        return deed(*given, **named)

    return attempt
