"""Who gets how much of a sale. Pure, in whole units, to the last one."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.core.money import apportion

WHOLE = 10_000
"""All of something, in basis points."""


class Split(Struct, frozen=True):
    """A gross price, split: ``authors`` by account id, and the platform's ``commission``. They sum to the price."""

    authors: dict[str, int]
    commission: int


def split(price: int, commission_basis_points: int, shares: Mapping[str, int]) -> Split:
    """The commission off the price, and the rest among the authors by their shares, which sum to 10,000.

    Of any amount, not only of a whole price: what a growing refund takes back is the difference of two splits of its
    running total, so that parts refunded one by one sum to the whole.
    """
    parts = apportion(price, {"authors": WHOLE - commission_basis_points, "commission": commission_basis_points})
    return Split(authors=apportion(parts["authors"], dict(shares)), commission=parts["commission"])
