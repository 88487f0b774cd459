"""A coupon is an item collection: ``coupon``, and a ``buyer#…`` for each account that used it."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row
from chalicelib.core.versions import Item

TABLE = settings.table("coupons")

PLATFORM = "platform"
"""Whose a coupon of the platform's is."""

GENEROUS = 5_000
"""From how many basis points on, or with any amount, nobody alone gives away what is others'."""


class ByOwner(GlobalSecondaryIndex["CouponRow"]):
    """Sparse: rows of buyers have no owner."""

    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    created_at = Moment(range_key=True)


class CouponRow(Row):
    """Its terms, which never change, and how often it is ``used``: by how many orders, paid ones and those that may
    be. It takes ``basis_points`` off, or an ``amount`` of its ``currency``; of the works and bundles named, or of all
    that is its owner's where none are."""

    class Meta(Place):
        table_name = TABLE

    code = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="coupon")
    owner_id = UnicodeAttribute()
    made_by = UnicodeAttribute()
    created_at = Moment()
    confirmed_by = UnicodeAttribute(null=True)
    basis_points = Count(null=True)
    amount = MinorUnits(null=True)
    currency = UnicodeAttribute(null=True)
    work_ids = Json(default=list)
    bundle_ids = Json(default=list)
    begins_at = Moment(null=True)
    ends_at = Moment(null=True)
    most_uses = Count(null=True)
    most_by_buyer = Count(null=True)
    used = Count(default=0)
    withdrawn_at = Moment(null=True)

    by_owner = ByOwner()

    @property
    def waits(self) -> bool:
        """The platform's, and so generous that a second admin must confirm it first."""
        generous = self.amount is not None or (self.basis_points or 0) >= GENEROUS
        return bool(self.owner_id == PLATFORM and generous and not self.confirmed_by)


class UsesRow(Row):
    """How often one account used it."""

    class Meta(Place):
        table_name = TABLE

    code = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    used = Count(default=0)

    @classmethod
    def owns(cls, item: Item) -> bool:
        return bool(item["row"]["S"].startswith("buyer#"))


def buyer_row(account_id: str) -> str:
    return f"buyer#{account_id}"
