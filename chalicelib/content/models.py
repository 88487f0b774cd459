from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Json, Moment
from chalicelib.core.tables import Place, Told


class ByWork(GlobalSecondaryIndex["Upload"]):
    class Meta:
        index_name = "by_work"
        projection = AllProjection()

    work_id = UnicodeAttribute(hash_key=True)
    created_at = Moment(range_key=True)


class Upload(Told):
    """A file on its way into a draft: expected, received, then accepted or refused.

    Its id is its key in quarantine, and later the file's id. ``attempts`` counts the readings that never ended.
    """

    class Meta(Place):
        table_name = settings.table("uploads")

    upload_id = UnicodeAttribute(hash_key=True)
    work_id = UnicodeAttribute()
    work_title = UnicodeAttribute()
    number = Count()
    lesson_id = UnicodeAttribute(null=True)
    owner_id = UnicodeAttribute()
    name = UnicodeAttribute()
    bytes = Count()
    multipart_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute(default="expected")
    code = UnicodeAttribute(null=True)
    facts = Json(null=True)
    attempts = Count(default=0)
    leased_until = Count(default=0)
    created_at = Moment()
    settled_at = Moment(null=True)

    by_work = ByWork()
