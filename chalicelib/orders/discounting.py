"""Coupons in orders: what one takes off comes off the price before that is shared, and a use of it is the order's
until nobody can pay the order any more.

The use goes back with the fact that ends an unpaid order. One that is paid late has the price that it had, and its use
again. What a coupon made free stays its reader's, as everything that is free; and money that goes back later brings no
use back.
"""

from typing import Any

from chalicelib.core.errors import Unprocessable
from chalicelib.core.limits import Limit, spend
from chalicelib.core.transactions import Transaction
from chalicelib.coupons import coupons, uses
from chalicelib.coupons.coupons import Coupon
from chalicelib.orders.models import OrderRow
from chalicelib.orders.shapes import NewOrder

GUESSES = Limit(30, 900)
"""How many orders and quotes with a coupon one account may ask for: codes are short enough to be said, and to be
guessed by whoever has no end of tries."""


class CouponNotValid(Unprocessable):
    """The coupon takes nothing off this order: nobody knows it, or its terms or limits do not let it."""

    en = "This coupon cannot be used here: look at its spelling, dates and currency, what it is for, and how often."
    zh = "该优惠码不适用于此订单：请检查拼写、有效期、币种、适用范围和使用次数。"


def named(buyer_id: str, wanted: NewOrder) -> Coupon | None:
    """The coupon of a cart; of the platform's none that the buyer made. Two calls to the store, and none where none is
    named. Raises CouponNotValid, TooMany."""
    if wanted.coupon is None:
        return None
    spend("coupon", buyer_id, GUESSES)
    found = coupons.find(wanted.coupon)
    if found is None or (found.owner_id is None and found.made_by == buyer_id):
        raise CouponNotValid(field="coupon")
    return found


def take(tx: Transaction, coupon: Coupon | None, buyer_id: str) -> None:
    """The order that this transaction records has a use. At the commit: CouponNotValid, where no more may."""
    if coupon:
        uses.take(tx, coupon, buyer_id, CouponNotValid(field="coupon"))


def take_again(tx: Transaction, header: OrderRow) -> dict[str, Any]:
    """The order is paid: whatever became of its use, it has one. Gives the fact of it."""
    if header.coupon is None or header.coupon_held:
        return {}
    uses.take_anyway(tx, header.coupon, header.buyer_id)
    return {"coupon_held": True}


def give_back(tx: Transaction, header: OrderRow) -> dict[str, Any]:
    """Nobody will pay the order: somebody else may have its use. Gives the fact of it. One that was paid, on another
    page than the one that ran out, keeps its use."""
    if not header.coupon or not header.coupon_held or header.paid_at:
        return {}
    uses.give_back(tx, header.coupon, header.buyer_id)
    return {"coupon_held": None}
