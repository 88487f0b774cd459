"""What an order would cost, asked before it is placed. Nothing is written, and nothing is kept for whoever asks."""

import msgspec

from chalicelib.core.actors import Actor
from chalicelib.core.money import written
from chalicelib.coupons import uses
from chalicelib.orders import bundling, checkout, terms
from chalicelib.orders.discounting import CouponNotValid
from chalicelib.orders.shapes import NewOrder, OrderedBundle, OrderedWork, QuoteView


def quote(buyer: Actor, wanted: NewOrder) -> QuoteView:
    """Raises what ``terms.freeze`` raises, CouponNotValid also where its limits are reached."""
    lines, coupon = terms.freeze("", buyer.party_id, wanted)
    if coupon and not uses.are_left(coupon, buyer.party_id):
        raise CouponNotValid(field="coupon")
    total, discount = sum(line.price for line in lines), sum(line.discount for line in lines)
    return QuoteView(
        currency=wanted.currency,
        total=total,
        written_total=written(wanted.currency, total),
        discount=discount,
        written_discount=written(wanted.currency, discount),
        works=msgspec.convert([checkout.shown(line) for line in lines], list[OrderedWork]),
        bundles=msgspec.convert(bundling.shown(lines), list[OrderedBundle]),
    )
