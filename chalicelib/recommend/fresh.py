"""Cards of works that changed of late: one row, which comes with each answer's one read.

Whoever ranks keeps the cards of all works in memory, as of a snapshot (``snapshots``). This row stands above it: what
was withdrawn is gone at once and a new price is seen at once, whatever is in memory.
"""

from msgspec import Struct, convert

from chalicelib.catalog.cards import Card
from chalicelib.recommend.models import FRESH, ShelfRow


class Changed(Struct, omit_defaults=True):
    """A work as of its last version and withdrawal. No card: it is not shown. ``merged_at``: seconds since 1970."""

    version: int
    withdrawn: int
    card: Card | None = None
    merged_at: float = 0.0

    def is_later(self, other: "Changed | None") -> bool:
        return other is None or (self.version, self.withdrawn) >= (other.version, other.withdrawn)


def key() -> tuple[type[ShelfRow], str]:
    """The row's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return ShelfRow, FRESH


def of(row: ShelfRow | None) -> dict[str, Card | None]:
    """What changed of late, by work: its card, or None where it is not shown any more."""
    return {work_id: changed.card for work_id, changed in entries(row).items()}


def entries(row: ShelfRow | None) -> dict[str, Changed]:
    return convert(row.shown, dict[str, Changed]) if row else {}
