from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, Moment
from chalicelib.core.tables import Place, Row, Told

EVENT = "event#"
SHOWN = "shown#"
"""What was shown, apart from what a reader did: it is no part of the history that they see, and goes with it."""
ERASURE = "erasure"


class Interaction(Told):
    """One thing that a reader did. Its key is made of when it happened and its id, so a replay lands on itself."""

    class Meta(Place):
        table_name = settings.table("interactions")

    account_id = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    work_id = UnicodeAttribute(null=True)
    work_ids = Json(null=True)
    occurred_at = Moment()
    recorded_at = Moment()
    position = Count(null=True)
    duration = Count(null=True)
    fraction = Count(null=True)
    place = UnicodeAttribute(null=True)
    recommendation_id = UnicodeAttribute(null=True)
    rating = Count(null=True)
    text = UnicodeAttribute(null=True)
    expires_at = Count()


class Progress(Row):
    """How far a reader is in a work. ``fraction`` is in basis points of the whole."""

    class Meta(Place):
        table_name = settings.table("interactions")

    account_id = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    at = Moment()
    recorded_at = Moment()
    fraction = Count()
    position = Count(null=True)
    duration = Count(null=True)
    place = UnicodeAttribute(null=True)
    expires_at = Count()


class Erasure(Told):
    """The reader wants everything up to here forgotten."""

    class Meta(Place):
        table_name = settings.table("interactions")

    account_id = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True, default=ERASURE)
    at = Moment()


def progress_row(work_id: str) -> str:
    return f"progress#{work_id}"
