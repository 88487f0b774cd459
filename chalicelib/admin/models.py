from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Moment
from chalicelib.core.tables import Place, Told

INVARIANTS, SETTLEMENT = "invariants", "settlement"


class ReportRow(Told):
    """A report that somebody asked for; its content is the object under ``key``, as soon as it is done. Of the books'
    ``differences`` are counted; a settlement's is of a ``period``."""

    class Meta(Place):
        table_name = settings.table("reports")

    kind = UnicodeAttribute(hash_key=True, default=INVARIANTS)
    report_id = UnicodeAttribute(range_key=True)
    period = UnicodeAttribute(null=True)
    asked_at = Moment()
    done_at = Moment(null=True)
    key = UnicodeAttribute(null=True)
    differences = Count(null=True)
    expires_at = Count()
