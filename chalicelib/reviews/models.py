from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Moment
from chalicelib.core.pseudonyms import pseudonym
from chalicelib.core.tables import Place, Told


class ByRecent(GlobalSecondaryIndex["Review"]):
    """Sparse: the reviews that everyone may see."""

    class Meta:
        index_name = "by_recent"
        projection = AllProjection()

    work_id = UnicodeAttribute(hash_key=True)
    shown_at = Moment(range_key=True)


class ByAccount(GlobalSecondaryIndex["Review"]):
    """Sparse: the reviews that were not deleted."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    written_at = Moment(range_key=True)


class Review(Told):
    """What one account says of one work; its id is made of both, so there is one, and a public cursor names nobody.

    ``counted`` is the rating that the work's aggregate holds of it; ``revision`` is new with every change that may
    have to be counted. A deleted review has no rating, and goes when that is counted; but a hidden one leaves its
    mark, so that writing it again does not show it again.
    """

    class Meta(Place):
        table_name = settings.table("reviews")

    work_id = UnicodeAttribute(hash_key=True)
    review_id = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    revision = UnicodeAttribute()
    rating = Count(null=True)
    text = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    written_at = Moment(null=True)
    shown_at = Moment(null=True)
    hidden_at = Moment(null=True)
    hidden_for = UnicodeAttribute(null=True)
    counted = Count(null=True)
    counted_at = Moment(null=True)

    by_recent = ByRecent()
    by_account = ByAccount()


def review_id(work_id: str, account_id: str) -> str:
    return pseudonym("review", work_id, account_id)
