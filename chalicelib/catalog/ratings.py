"""The ratings of a work, counted: an exact count and sum, whatever comes twice or at once."""

from msgspec import Struct

from chalicelib.catalog.models import RatingRow
from chalicelib.core.transactions import Transaction


class Rating(Struct, frozen=True):
    """``average`` is null while nobody has rated; ratings are whole, 0 to 5."""

    count: int
    sum: int
    average: float | None


def count(tx: Transaction, work_id: str, old: int | None, new: int | None) -> None:
    """Add one change from ``old`` to ``new``; None is no rating. The caller's transaction keeps it from repeating."""
    one_more = (new is not None) - (old is not None)
    actions = [
        RatingRow.ratings.add(one_more),
        RatingRow.total.add((new or 0) - (old or 0)),
    ]
    tx.update(RatingRow(work_id), actions, any_version=True)


def of(row: RatingRow | None) -> Rating:
    if row is None or row.ratings == 0:
        return Rating(0, 0, None)
    return Rating(row.ratings, row.total, round(row.total / row.ratings, 2))
