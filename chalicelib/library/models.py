from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, Moment
from chalicelib.core.tables import Place, Row
from chalicelib.core.versions import Item

PASSES = "passes"


class ByWork(GlobalSecondaryIndex["HoldingRow"]):
    class Meta:
        index_name = "by_work"
        projection = AllProjection()

    work_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class HoldingRow(Row):
    """What an account has of a work. ``sources`` say why it may read it; where there is none left, it may not. Of what
    was bought, ``opened`` are the files that were handed over, and ``used`` is how far the reader said to be, at most,
    in basis points: what the rules of refunds ask for."""

    class Meta(Place):
        table_name = settings.table("library")

    account_id = UnicodeAttribute(hash_key=True)
    work_id = UnicodeAttribute(range_key=True)
    sources = UnicodeSetAttribute(null=True)
    version = Count(default=0)
    card = Json(null=True)
    files = Json(null=True)
    taken_down = BooleanAttribute(null=True)
    granted_at = Moment(null=True)
    opened = UnicodeSetAttribute(null=True)
    used = Count(null=True)

    by_work = ByWork()

    @classmethod
    def owns(cls, item: Item) -> bool:
        return item["work_id"] != {"S": PASSES}


class PassesRow(Row):
    """The passes of an account: by author, and by the order that bought it, from when until when. In one row, for whose
    pass opens a work is not known before the work is read. ``revision`` grows with every change. ``opened`` are the
    orders for whose days a file was handed over."""

    class Meta(Place):
        table_name = settings.table("library")

    account_id = UnicodeAttribute(hash_key=True)
    work_id = UnicodeAttribute(range_key=True, default=PASSES)
    periods = Json(default=dict)
    revision = Count(default=0)
    opened = UnicodeSetAttribute(null=True)
