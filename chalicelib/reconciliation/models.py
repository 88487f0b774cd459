"""``comparison`` is one row. A finding is about one movement of the provider's balance, ``subject``."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Amounts, Count, Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row

TABLE = settings.table("findings")
OPEN = "open"

MISSING, UNKNOWN, DIFFERS, UNMATCHED = "missing", "unknown", "differs", "unmatched"
"""Not in our book, and may still be explained; in it as unknown (JX); in it with other amounts; in it alone."""


class ComparisonRow(Row):
    """How far the book was compared; and what the provider's balance was then, and by how much it was ``off``."""

    class Meta(Place):
        table_name = TABLE

    subject = UnicodeAttribute(hash_key=True, default="comparison")
    row = UnicodeAttribute(range_key=True, default="comparison")
    until = Count(null=True)
    compared_at = Moment(null=True)
    balance = Amounts(null=True)
    off = Amounts(null=True)
    balanced_at = Moment(null=True)


class Unfinished(GlobalSecondaryIndex["FindingRow"]):
    """Sparse: holds the findings that are open."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    found_at = Moment(range_key=True)


class FindingRow(Row):
    """``settled_as`` is the journal that ended it. Of what is unknown, ``proposal`` says where somebody thinks that it
    belongs, until a second person decided; of what is ours and ``held`` up nobody does."""

    class Meta(Place):
        table_name = TABLE

    subject = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="finding")
    kind = UnicodeAttribute()
    type = UnicodeAttribute()
    amount = MinorUnits()
    fee = MinorUnits()
    currency = UnicodeAttribute()
    created = Count()
    why = UnicodeAttribute()
    held = BooleanAttribute(null=True)
    found_at = Moment()
    told_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    settled_at = Moment(null=True)
    settled_as = UnicodeAttribute(null=True)
    proposal_id = UnicodeAttribute(null=True)
    proposal = Json(null=True)

    by_unfinished = Unfinished()
