"""The back office over HTTP: thin, for the deeds are in the rooms."""

from chalice import Blueprint

from chalicelib.admin import invariant_reports, settlement_exports, sweeps
from chalicelib.admin.invariant_reports import ReportView
from chalicelib.admin.settlement_exports import ExportView
from chalicelib.admin.sweeps import SweepReport
from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.web import Answer, accepted, ok, route
from chalicelib.reconciliation import proving
from chalicelib.reconciliation.proving import Report

routes = Blueprint(__name__)


@route(routes, "POST", "/v1/admin/sweeps", who=Who.ADMIN, answers={200: SweepReport})
def run_sweepers(actor: Actor) -> Answer:
    """Look now at everything that is late, as the schedules do every five minutes."""
    return ok(sweeps.run(actor))


@route(
    routes,
    "POST",
    "/v1/admin/parked-events/{event_id}/retries",
    who=Who.ADMIN,
    answers={202: None},
    refuses=(NotFound,),
)
def retry_event(actor: Actor, event_id: str) -> Answer:
    """Work again on an event of the payment provider that was put aside."""
    sweeps.retry_event(actor, event_id)
    return accepted()


@route(
    routes,
    "POST",
    "/v1/admin/parked-tasks/{task_id}/retries",
    who=Who.ADMIN,
    answers={202: None},
    refuses=(NotFound,),
)
def retry_task(actor: Actor, task_id: str) -> Answer:
    """Carry out again an outside effect that was put aside. The next sweep wakes it."""
    sweeps.retry_task(actor, task_id)
    return accepted()


@route(routes, "GET", "/v1/admin/invariants", who=Who.ADMIN, answers={200: Report})
def read_invariants() -> Answer:
    """Prove the books, with the last comparison to the payment service, or name what differs. Reads whole tables."""
    return ok(proving.prove())


@route(routes, "POST", "/v1/admin/invariant-reports", who=Who.ADMIN, answers={202: ReportView}, once=True)
def ask_for_report(actor: Actor, once: Once) -> Answer:
    """Check the books without waiting: Location says how far that is, and then where its result lies."""
    begun = invariant_reports.ask(actor, once)
    return accepted(begun, f"{invariant_reports.PLACE}/{begun.report_id}")


@route(
    routes,
    "GET",
    "/v1/admin/invariant-reports/latest",
    who=Who.ADMIN,
    answers={200: ReportView},
    refuses=(NotFound,),
)
def read_latest_report() -> Answer:
    """The newest report on the books that is done."""
    return ok(invariant_reports.latest())


@route(
    routes,
    "GET",
    "/v1/admin/invariant-reports/{report_id}",
    who=Who.ADMIN,
    answers={200: ReportView},
    refuses=(NotFound,),
)
def read_report(report_id: str) -> Answer:
    """A report on the books: pending, done with a short link to its result, or failed."""
    return ok(invariant_reports.read(report_id))


@route(
    routes,
    "POST",
    "/v1/admin/settlements/{period}/exports",
    who=Who.ADMIN,
    answers={202: ExportView},
    refuses=(NotFound,),
    once=True,
)
def ask_for_export(actor: Actor, period: str, once: Once) -> Answer:
    """Write all that moved the balance in a period as a table, however much: Location says how far that is."""
    begun = settlement_exports.ask(actor, period, once)
    return accepted(begun, f"{settlement_exports.PLACE}/{begun.export_id}")


@route(
    routes,
    "GET",
    "/v1/admin/settlement-exports/{export_id}",
    who=Who.ADMIN,
    answers={200: ExportView},
    refuses=(NotFound,),
)
def read_export(export_id: str) -> Answer:
    """An export: pending, done with a short link to its table, or failed."""
    return ok(settlement_exports.read(export_id))
