"""What authors sell beside single works, as other rooms know it."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chalicelib.catalog.models import BundleRow, PassRow


class Bundle(Struct, frozen=True):
    """Works of one author at one price, on sale. ``prices`` are whole minor units by currency."""

    bundle_id: str
    owner_id: str
    title: str
    work_ids: list[str]
    prices: dict[str, int]


class Pass(Struct, frozen=True):
    """So many days of all that an author publishes alone, on sale."""

    pass_id: str
    owner_id: str
    title: str
    days: int
    prices: dict[str, int]


def bundle_key(bundle_id: str) -> tuple[Any, str, str]:
    """The bundle's place for ``tables.batch_get``, which answers a row for ``bundle_of``, or None."""
    return BundleRow, bundle_id, "bundle"


def bundle_of(row: Any) -> Bundle | None:
    """The bundle that a stored row is, while it is on sale."""
    if row is None or row.shelf is None:
        return None
    return Bundle(row.work_id, row.owner_id, row.title, list(row.work_ids), dict(row.prices))


def find_pass(pass_id: str) -> Pass | None:
    """The pass of this id, while it is on sale. One consistent read."""
    try:
        row = PassRow.get(pass_id, "pass", consistent_read=True)
    except PassRow.DoesNotExist:
        return None
    return Pass(row.work_id, row.owner_id, row.title, row.days, dict(row.prices)) if row.shelf else None


def sole_author(shares: Iterable[str]) -> str | None:
    """Whose passes open a work: its only author's. Nobody else's work goes with a pass that they have no part of."""
    authors = list(shares)
    return authors[0] if len(authors) == 1 else None
