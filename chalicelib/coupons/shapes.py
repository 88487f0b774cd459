"""What those who make coupons send and see."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.money import MAXIMUM, CurrencyCode

MOST_NAMED = 40

Code = Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{4,32}(?![\s\S])")]
Id = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}(?![\s\S])")]
Uses = Annotated[int, Meta(ge=1, le=1_000_000)]
When = Annotated[datetime, Meta(tz=True)]


class NewCoupon(Struct, forbid_unknown_fields=True):
    """Takes ``basis_points`` (2,500 are 25 %) or an ``amount`` of a ``currency`` off the works and bundles named, or
    off all that is its maker's where none are; of the platform's, off everything. Passes keep their price. Without a
    ``code``, which reads the same in small letters, one is made up. ``most_uses`` is for everybody together."""

    code: Code | None = None
    basis_points: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    amount: Annotated[int, Meta(ge=1, le=MAXIMUM)] | None = None
    currency: CurrencyCode | None = None
    work_ids: Annotated[list[Id], Meta(max_length=MOST_NAMED)] = []
    bundle_ids: Annotated[list[Id], Meta(max_length=MOST_NAMED)] = []
    begins_at: When | None = None
    ends_at: When | None = None
    most_uses: Uses | None = None
    most_by_buyer: Uses | None = None


class CouponsQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class AnyCouponsQuery(CouponsQuery, forbid_unknown_fields=True):
    """``author_id``: whose; the platform's where nobody is named."""

    author_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class CouponView(Struct):
    """A coupon on its terms. ``used`` counts the orders that have it: those that are paid, and those that may be.
    ``to_confirm``: nobody can use it until a second admin confirms it."""

    code: str
    basis_points: int | None
    amount: int | None
    currency: str | None
    work_ids: list[str]
    bundle_ids: list[str]
    begins_at: str | None
    ends_at: str | None
    most_uses: int | None
    most_by_buyer: int | None
    used: int
    created_at: str
    withdrawn_at: str | None
    to_confirm: bool
