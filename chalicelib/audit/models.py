from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Json
from chalicelib.core.tables import Place, Row


class ByActor(GlobalSecondaryIndex["AuditEntry"]):
    class Meta:
        index_name = "by_actor"
        projection = AllProjection()

    actor_id = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)


class AuditEntry(Row):
    """One deed. Only ever inserted: no function has the right to change or delete one."""

    class Meta(Place):
        table_name = settings.table("audit")

    day = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    actor_id = UnicodeAttribute()
    deed = UnicodeAttribute()
    subject = UnicodeAttribute()
    facts = Json()

    by_actor = ByActor()
