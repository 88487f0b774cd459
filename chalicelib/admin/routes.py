"""The back office over HTTP: thin, for the deeds are in the rooms."""

from chalice import Blueprint

from chalicelib.admin import sweeps
from chalicelib.admin.sweeps import SweepReport
from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
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
