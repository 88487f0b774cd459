"""What the holder of an order used of it: what the rules of refunds ask for, and banks."""

from typing import Any, NamedTuple

from chalicelib.core import clock, tables
from chalicelib.interactions import progress
from chalicelib.library import access, passes
from chalicelib.orders import passing
from chalicelib.orders.collection import Order
from chalicelib.orders.models import LineRow


class Used(NamedTuple):
    """A ``share`` from 0 to 1, and when it was last read, where its reader did not erase that."""

    share: float
    last: str | None


def of_works(holder_id: str, lines: list[LineRow]) -> list[Used]:
    """Of each: the files that were handed over, or as far as its reader ever said to be. One call."""
    keys = [place(holder_id, line.work_id) for line in lines for place in (access.key, progress.key)]
    found = tables.batch_get(keys, consistent=True)
    return [_used(holding, mark) for holding, mark in zip(found[::2], found[1::2], strict=True)]


def of_pass(order: Order, sold: LineRow) -> float:
    """Its days that are over; all of it, where a file was handed over for them. A read."""
    if order.holder_id and access.order(order.order_id) in passes.read(order.holder_id).opened:
        return 1.0
    return passing.elapsed(sold, clock.now())


def _used(holding: Any, mark: Any) -> Used:
    seen = progress.of(mark)
    share = access.of(holding).used if holding else 0.0
    return Used(max(share, seen.fraction if seen else 0.0), seen.at if seen else None)
