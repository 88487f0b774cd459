from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Moment
from chalicelib.core.tables import Place, Told


class Unfinished(GlobalSecondaryIndex["StoredEvent"]):
    """Sparse: holds the events that are not done."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    received_at = Moment(range_key=True)


class StoredEvent(Told):
    """An event that Stripe told us of. ``unfinished`` says whether it still ``waits`` or was ``parked``."""

    class Meta(Place):
        table_name = settings.table("inbox")

    event_id = UnicodeAttribute(hash_key=True)
    type = UnicodeAttribute()
    object_id = UnicodeAttribute()
    created = Count()
    received_at = Moment()
    unfinished = UnicodeAttribute(null=True)
    failures = Count(default=0)
    parked_for = UnicodeAttribute(null=True)
    done_at = Moment(null=True)

    by_unfinished = Unfinished()
