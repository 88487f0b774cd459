"""What authors sell beside single works, as other rooms know it."""

from typing import Any

from msgspec import Struct

from chalicelib.catalog.models import BundleRow


class Bundle(Struct, frozen=True):
    """Works of one author at one price, on sale. ``prices`` are whole minor units by currency."""

    bundle_id: str
    owner_id: str
    title: str
    work_ids: list[str]
    prices: dict[str, int]


def bundle_key(bundle_id: str) -> tuple[Any, str, str]:
    """The bundle's place for ``tables.batch_get``, which answers a row for ``bundle_of``, or None."""
    return BundleRow, bundle_id, "bundle"


def bundle_of(row: Any) -> Bundle | None:
    """The bundle that a stored row is, while it is on sale."""
    if row is None or row.shelf is None:
        return None
    return Bundle(row.work_id, row.owner_id, row.title, list(row.work_ids), dict(row.prices))
