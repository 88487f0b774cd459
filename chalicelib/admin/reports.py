"""Reports that take long: asked for and answered at once, written by a job, read by a short link."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from chalicelib.admin.models import ReportRow
from chalicelib.audit import trail
from chalicelib.content import storage
from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.tables import keep_facts
from chalicelib.core.transactions import all_or_nothing

View = TypeVar("View")
PATIENCE = timedelta(hours=1)
"""The stream tries for less than that: what is not done by then is in the failures."""
KEPT_DAYS = 30
LINK_SECONDS = 300


class ReportLink(Struct):
    """Works for anybody who has it, until then."""

    url: str
    expires_at: str


class Form(NamedTuple):
    """How a kind of report is kept: the ending of its object's name, and its media type."""

    ending: str
    media_type: str


def ask(admin: Actor, once: Once, kind: str, view: Callable[[ReportRow], View], where: str, **about: Any) -> View:
    """Begin a report, which will lie at ``where`` and its id: the stream of its table wakes the job."""
    now = clock.now()
    gone = int((now + timedelta(days=KEPT_DAYS)).timestamp())
    row = ReportRow(kind=kind, report_id=once.subject, asked_at=now, expires_at=gone, **about)
    begun = view(row)
    with all_or_nothing() as tx:
        once.claim(tx, (202, msgspec.json.encode(begun), f"{where}/{row.report_id}"))
        tx.insert(row)
        trail.write(tx, admin, "report.asked", row.report_id, kind=kind, **about)
    return begun


def find(kind: str, report_id: str) -> ReportRow:
    """Raises NotFound."""
    try:
        return ReportRow.get(kind, report_id, consistent_read=True)
    except ReportRow.DoesNotExist:
        raise NotFound from None


def keep(row: ReportRow, form: Form, text: str, **facts: Any) -> None:
    """It is done. Who broke off is followed by who looks again, and writes the same object."""
    key = f"reports/{row.report_id}.{form.ending}"
    storage.write(key, text, form.media_type)
    done = keep_facts(row, {"done_at": clock.now(), "key": key, **facts})
    row.update(done, ReportRow.done_at.does_not_exist())


def progress(row: ReportRow, form: Form, name: str) -> dict[str, Any]:
    """What every report's view says of how far it is; its content is saved by this name."""
    return {
        "state": "done" if row.done_at else "failed" if clock.now() - row.asked_at > PATIENCE else "pending",
        "asked_at": clock.rfc3339(row.asked_at),
        "done_at": clock.rfc3339(row.done_at) if row.done_at else None,
        "result": _link(row, form, name) if row.key else None,
    }


def _link(row: ReportRow, form: Form, name: str) -> ReportLink:
    url = storage.sign_directly(row.key, f"{name}.{form.ending}", form.media_type, LINK_SECONDS)
    return ReportLink(url, clock.rfc3339(clock.now() + timedelta(seconds=LINK_SECONDS)))
