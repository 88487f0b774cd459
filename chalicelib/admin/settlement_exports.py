"""The settlement of a period of any length, as a table for spreadsheets."""

from msgspec import Struct

from chalicelib.admin import reports
from chalicelib.admin.models import SETTLEMENT, ReportRow
from chalicelib.admin.reports import Form, ReportLink
from chalicelib.core import exports
from chalicelib.core.actors import Actor
from chalicelib.core.idempotency import Once
from chalicelib.reconciliation import exporting

PLACE = "/v1/admin/settlement-exports"
CSV = Form("csv", "text/csv; charset=utf-8")


class ExportView(Struct):
    """``state``: pending, done or failed. ``period`` is a month or a day, in UTC."""

    export_id: str
    period: str
    state: str
    asked_at: str
    done_at: str | None
    result: ReportLink | None


def ask(admin: Actor, period: str, once: Once) -> ExportView:
    """Raises NotFound for a period that has not begun."""
    exports.period(period)
    return reports.ask(admin, once, SETTLEMENT, _view, PLACE, period=period)


def make(export_id: str) -> None:
    """Write what moved in the period, as it is in the book now."""
    row = reports.find(SETTLEMENT, export_id)
    if row.done_at is None and row.period:
        reports.keep(row, CSV, exporting.whole_csv(row.period))


def read(export_id: str) -> ExportView:
    """Raises NotFound."""
    return _view(reports.find(SETTLEMENT, export_id))


def _view(row: ReportRow) -> ExportView:
    far = reports.progress(row, CSV, f"settlement-{row.period}")
    return ExportView(export_id=row.report_id, period=str(row.period), **far)
