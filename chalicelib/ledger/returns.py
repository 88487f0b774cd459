"""What a growing refund takes back from whom. Pure, in whole units, to the last one.

Each refund of a line takes what its share of the running total is, less what earlier ones took: cumulative, for the
parts of parts, each rounded by itself, do not sum to the whole.
"""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.core.money import apportion
from chalicelib.ledger.shares import split


class Taken(Struct, frozen=True):
    """Taken back from a line's ``authors`` by account, from the platform's ``commission``, and of its ``tax``."""

    authors: dict[str, int] = {}
    commission: int = 0
    tax: int = 0

    @property
    def total(self) -> int:
        return sum(self.authors.values()) + self.commission + self.tax

    def plus(self, other: "Taken", sign: int = 1) -> "Taken":
        parties = self.authors.keys() | other.authors.keys()
        return Taken(
            authors={each: self.authors.get(each, 0) + sign * other.authors.get(each, 0) for each in sorted(parties)},
            commission=self.commission + sign * other.commission,
            tax=self.tax + sign * other.tax,
        )

    def less(self, other: "Taken") -> "Taken":
        return self.plus(other, -1)


class Terms(Struct, frozen=True):
    """How a line's gross ``price`` was split when it was sold: ``tax`` of it, then the commission, then shares."""

    price: int
    tax: int
    commission_basis_points: int
    shares: Mapping[str, int]


def whole(terms: Terms, refunded: int) -> Taken:
    """What a refund of this much of the line takes back in all. ``refunded`` is from 0 to the price."""
    if not 0 <= refunded <= terms.price:
        raise ValueError(f"{refunded} of {terms.price}")
    if refunded == 0:
        return Taken()
    parts = apportion(refunded, {"net": terms.price - terms.tax, "tax": terms.tax})
    net = split(parts["net"], terms.commission_basis_points, terms.shares)
    return Taken(authors=net.authors, commission=net.commission, tax=parts["tax"])


def next_part(terms: Terms, booked: int, taken: Taken, amount: int) -> Taken:
    """What the next refund of ``amount`` takes, where ``taken`` is what those in the book took, ``booked`` in all.

    A part may be a unit negative: then an earlier one took a unit more than its share. The sum is exact at every step.
    """
    return whole(terms, booked + amount).less(taken)
