"""Reports that take long: asked for and answered at once, written by a job, read by a short link."""

from datetime import timedelta

import msgspec
from msgspec import Struct

from chalicelib.admin.models import INVARIANTS, ReportRow
from chalicelib.audit import trail
from chalicelib.content import storage
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.transactions import all_or_nothing
from chalicelib.reconciliation import proving
from chalicelib.reconciliation.proving import Report

PATIENCE = timedelta(hours=1)
"""The stream tries for less than that: what is not done by then is in the failures."""
KEPT_DAYS = 30
LINK_SECONDS = 300
JSON = "application/json"


class ReportLink(Struct):
    """Works for anybody who has it, until then."""

    url: str
    expires_at: str


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
    """Begin a report: the stream of its table wakes the job."""
    row = ReportRow(
        report_id=once.subject,
        asked_at=clock.now(),
        expires_at=int((clock.now() + timedelta(days=KEPT_DAYS)).timestamp()),
    )
    begun = _view(row)
    with all_or_nothing() as tx:
        once.claim(tx, (202, msgspec.json.encode(begun), location(row.report_id)))
        tx.insert(row)
        trail.write(tx, admin, "report.asked", row.report_id)
    return begun


def location(report_id: str) -> str:
    return f"/v1/admin/invariant-reports/{report_id}"


def make(report_id: str) -> None:
    """Look, and keep what was seen. Who broke off is followed by who looks again, and writes the same object."""
    row = _find(report_id)
    if row.done_at:
        return
    looked_at, found = clock.now(), proving.prove()
    told = WrittenReport(
        **msgspec.structs.asdict(found),
        report_id=report_id,
        asked_at=clock.rfc3339(row.asked_at),
        looked_at=clock.rfc3339(looked_at),
    )
    key = f"reports/{report_id}.json"
    storage.write(key, msgspec.json.encode(told).decode(), JSON)
    done = [ReportRow.done_at.set(clock.now()), ReportRow.key.set(key)]
    row.update([*done, ReportRow.differences.set(len(found.differences))], ReportRow.done_at.does_not_exist())


def read(report_id: str) -> ReportView:
    """Raises NotFound."""
    return _view(_find(report_id))


def latest() -> ReportView:
    """The one that was asked for last, of those that are done. Raises NotFound where none is."""
    newest_first = ReportRow.query(INVARIANTS, scan_index_forward=False, consistent_read=True)
    if done := next((row for row in newest_first if row.done_at), None):
        return _view(done)
    raise NotFound


def _find(report_id: str) -> ReportRow:
    try:
        return ReportRow.get(INVARIANTS, report_id, consistent_read=True)
    except ReportRow.DoesNotExist:
        raise NotFound from None


def _view(row: ReportRow) -> ReportView:
    return ReportView(
        report_id=row.report_id,
        state="done" if row.done_at else "failed" if clock.now() - row.asked_at > PATIENCE else "pending",
        asked_at=clock.rfc3339(row.asked_at),
        done_at=clock.rfc3339(row.done_at) if row.done_at else None,
        differences=row.differences,
        result=_link(row) if row.key else None,
    )


def _link(row: ReportRow) -> ReportLink:
    url = storage.sign_directly(row.key, f"invariants-{row.report_id}.json", JSON, LINK_SECONDS)
    return ReportLink(url, clock.rfc3339(clock.now() + timedelta(seconds=LINK_SECONDS)))
