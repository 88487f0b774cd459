"""Coupons as orders know them: what one takes off. Pure, but for the reading."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.core import clock
from chalicelib.core.money import CURRENCIES, apportion
from chalicelib.coupons.models import PLATFORM, CouponRow

WHOLE = 10_000
"""All of a price, in basis points."""


class Coupon(Struct, frozen=True):
    """A coupon that can be used now. ``owner_id`` is None of the platform's, and ``made_by`` an admin."""

    code: str
    owner_id: str | None
    made_by: str
    basis_points: int | None
    amount: int | None
    currency: str | None
    work_ids: frozenset[str]
    bundle_ids: frozenset[str]
    most_uses: int | None
    most_by_buyer: int | None

    def fits(self, owner_id: str, work_id: str, bundle_id: str | None) -> bool:
        """Whether something is taken off this work, or off its part of the bundle that it is bought by."""
        if self.owner_id not in (None, owner_id):
            return False
        named = self.work_ids | self.bundle_ids
        return not named or (bundle_id or work_id) in named


def find(code: str) -> Coupon | None:
    """The coupon of this code, while it can be used as far as time and its maker say. One consistent read."""
    try:
        row = CouponRow.get(code.upper(), "coupon", consistent_read=True)
    except CouponRow.DoesNotExist:
        return None
    now = clock.now()
    if row.waits or row.withdrawn_at or (row.begins_at and now < row.begins_at) or (row.ends_at and now >= row.ends_at):
        return None
    return Coupon(
        code=row.code,
        owner_id=None if row.owner_id == PLATFORM else row.owner_id,
        made_by=row.made_by,
        basis_points=row.basis_points,
        amount=row.amount,
        currency=row.currency,
        work_ids=frozenset(row.work_ids),
        bundle_ids=frozenset(row.bundle_ids),
        most_uses=row.most_uses,
        most_by_buyer=row.most_by_buyer,
    )


def discounts(coupon: Coupon, fitting: Mapping[str, int], total: int, currency: str) -> dict[str, int]:
    """How much is taken off each price that it fits, of an order of that total; nothing where it takes nothing off.

    A percentage is of what it fits together, a part of a unit left out. What is left to pay is nothing, or the least
    that can be paid: so much less is taken off. By what each costs, to the unit.
    """
    whole = sum(fitting.values())
    if coupon.basis_points is not None:
        off = whole * coupon.basis_points // WHOLE
    else:
        off = min(coupon.amount or 0, whole) if coupon.currency == currency else 0
    least = CURRENCIES[currency].minimum
    if 0 < total - off < least:
        off = total - least
    return apportion(off, dict(fitting)) if off > 0 else {}
