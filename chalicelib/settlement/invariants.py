"""What must be in the book, by what moved to authors and back: a scan, for operators and tests."""

from collections.abc import Iterator

from chalicelib.settlement.models import TRANSFER, MoveRow


def journals() -> Iterator[str]:
    """The ids of the journals that the movements are."""
    for move in MoveRow.scan(MoveRow.row.startswith("move#"), consistent_read=True):
        if move.kind == TRANSFER and move.done_at:
            yield f"J7#{move.provider_id}"
            yield from (f"J8#{reversal}" for reversal in move.reversals or ())
