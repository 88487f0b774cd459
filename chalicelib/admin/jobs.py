"""What operators asked for and do not wait for."""

from chalice import Blueprint

from chalicelib.admin import reports
from chalicelib.core import settings
from chalicelib.core.records import Change, each_change

jobs = Blueprint(__name__)


@jobs.on_dynamodb_record(stream_arn=settings.stream("reports"), name="admin_report", batch_size=1)
@each_change
def report(change: Change) -> None:
    """A report that was asked for. One at a time; where it fails or ends, the stream brings it again."""
    if change.old is None and change.new:
        reports.make(change.new["report_id"])
