"""What operators asked for and do not wait for."""

from chalice import Blueprint

from chalicelib.admin import invariant_reports, settlement_exports
from chalicelib.admin.models import INVARIANTS, SETTLEMENT
from chalicelib.core import settings
from chalicelib.core.records import Change, each_change

jobs = Blueprint(__name__)
_MADE_BY = {INVARIANTS: invariant_reports.make, SETTLEMENT: settlement_exports.make}


@jobs.on_dynamodb_record(stream_arn=settings.stream("reports"), name="admin_report", batch_size=1)
@each_change
def report(change: Change) -> None:
    """A report that was asked for. One at a time; where it fails or ends, the stream brings it again."""
    if change.old is None and change.new:
        _MADE_BY[change.new["kind"]](change.new["report_id"])
