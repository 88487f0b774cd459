"""Uses of coupons, counted in the transactions of the orders that have them, over all and for each buyer."""

from collections.abc import Iterator

from pynamodb.expressions.condition import Condition

from chalicelib.core.errors import Refusal
from chalicelib.core.tables import batch_get
from chalicelib.core.transactions import Transaction
from chalicelib.coupons.coupons import Coupon
from chalicelib.coupons.models import CouponRow, UsesRow, buyer_row


def are_left(coupon: Coupon, buyer_id: str) -> bool:
    """Whether one more order of the buyer's may have it, as far as is known now. One call to the store."""
    keys = [(CouponRow, coupon.code, "coupon"), (UsesRow, coupon.code, buyer_row(buyer_id))]
    used, mine = (row.used if row else 0 for row in batch_get(keys, consistent=True))
    most = ((used, coupon.most_uses), (mine, coupon.most_by_buyer))
    return all(limit is None or count < limit for count, limit in most)


def take(tx: Transaction, coupon: Coupon, buyer_id: str, refusal: Refusal) -> None:
    """One more order has it, where it still stands and no limit is reached; else the ``refusal``."""
    stands: Condition = CouponRow.withdrawn_at.does_not_exist() & CouponRow.code.exists()
    if coupon.most_uses is not None:
        stands &= CouponRow.used < coupon.most_uses
    tx.update(CouponRow(coupon.code), [CouponRow.used.add(1)], stands, refusal)
    few = None
    if coupon.most_by_buyer is not None:
        few = UsesRow.used.does_not_exist() | (UsesRow.used < coupon.most_by_buyer)
    tx.update(UsesRow(coupon.code, buyer_row(buyer_id)), [UsesRow.used.add(1)], few, refusal)


def take_anyway(tx: Transaction, code: str, buyer_id: str) -> None:
    """An order that had given its use back is paid after all, at the price that it had: whatever the limits say."""
    _count(tx, code, buyer_id, 1)


def give_back(tx: Transaction, code: str, buyer_id: str) -> None:
    """An order that had it will not be paid."""
    _count(tx, code, buyer_id, -1)


def _count(tx: Transaction, code: str, buyer_id: str, number: int) -> None:
    tx.update(CouponRow(code), [CouponRow.used.add(number)], CouponRow.code.exists())
    tx.update(UsesRow(code, buyer_row(buyer_id)), [UsesRow.used.add(number)])


def every() -> Iterator[tuple[str, int]]:
    """How often each is used, as ``CODE`` and as ``CODE/buyer#…``: for checks, never for a request."""
    yield from ((row.code, row.used) for row in CouponRow.scan(CouponRow.row == "coupon", consistent_read=True))
    yield from (
        (f"{row.code}/{row.row}", row.used) for row in UsesRow.scan(UsesRow.row != "coupon", consistent_read=True)
    )
