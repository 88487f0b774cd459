"""Reports on the books: I1 to I9 proved, or each difference named."""

import msgspec
from msgspec import Struct

from chalicelib.admin import reports
from chalicelib.admin.models import INVARIANTS, ReportRow
from chalicelib.admin.reports import Form, ReportLink
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.reconciliation import proving
from chalicelib.reconciliation.proving import Report

PLACE = "/v1/admin/invariant-reports"
JSON = Form("json", "application/json")


class ReportView(Struct):
    """``state``: pending, done or failed. ``differences`` is how many were found; the ``result`` names them."""

    report_id: str
    state: str
    asked_at: str
    done_at: str | None
    differences: int | None
    result: ReportLink | None


class WrittenReport(Report):
    """What the link leads to."""

    report_id: str
    asked_at: str
    looked_at: str


def ask(admin: Actor, once: Once) -> ReportView:
    return reports.ask(admin, once, INVARIANTS, _view, PLACE)


def make(report_id: str) -> None:
    """Look, and keep what was seen."""
    row = reports.find(INVARIANTS, report_id)
    if row.done_at:
        return
    looked_at, found = clock.now(), proving.prove()
    told = WrittenReport(
        **msgspec.structs.asdict(found),
        report_id=report_id,
        asked_at=clock.rfc3339(row.asked_at),
        looked_at=clock.rfc3339(looked_at),
    )
    reports.keep(row, JSON, msgspec.json.encode(told).decode(), differences=len(found.differences))


def read(report_id: str) -> ReportView:
    """Raises NotFound."""
    return _view(reports.find(INVARIANTS, report_id))


def latest() -> ReportView:
    """The one that was asked for last, of those that are done. Raises NotFound where none is."""
    newest_first = ReportRow.query(INVARIANTS, scan_index_forward=False, consistent_read=True)
    if done := next((row for row in newest_first if row.done_at), None):
        return _view(done)
    raise NotFound


def _view(row: ReportRow) -> ReportView:
    far = reports.progress(row, JSON, f"invariants-{row.report_id}")
    return ReportView(report_id=row.report_id, differences=row.differences, **far)
