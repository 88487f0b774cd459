from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, Moment
from chalicelib.core.tables import Place, Told


class Unfinished(GlobalSecondaryIndex["Task"]):
    """Sparse: holds the tasks that are not done."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    due_at = Moment(range_key=True)


class Task(Told):
    """An effect on the world outside. ``unfinished`` names its queue until it is done or parked."""

    class Meta(Place):
        table_name = settings.table("outbox")

    outbox_id = UnicodeAttribute(hash_key=True)
    queue = UnicodeAttribute()
    kind = UnicodeAttribute()
    data = Json()
    due_at = Moment()
    unfinished = UnicodeAttribute(null=True)
    leased_until = Count(default=0)
    attempts = Count(default=0)
    done_at = Moment(null=True)
    expires_at = Count(null=True)

    by_unfinished = Unfinished()
