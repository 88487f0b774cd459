"""The back office over HTTP: thin, for the deeds are in the rooms."""

from chalice import Blueprint
from msgspec import Struct

from chalicelib.core.actors import Who
from chalicelib.core.web import Answer, ok, route
from chalicelib.orders import invariants, sweeping
from chalicelib.orders.invariants import Report
from chalicelib.outbox import waking
from chalicelib.payments import inbox

routes = Blueprint(__name__)


class ParkedEvent(Struct):
    event_id: str
    type: str
    object_id: str
    reason: str


class SweepReport(Struct):
    """How many late ones were looked at, and the provider's events that wait for a person."""

    events: int
    unpaid_orders: int
    unsettled_payments: int
    tasks: int
    parked: list[ParkedEvent]


@route(routes, "POST", "/v1/admin/sweeps", who=Who.ADMIN, answers={200: SweepReport})
def run_sweepers() -> Answer:
    """Look now at everything that is late, as the schedules do every five minutes."""
    swept, tasks = sweeping.sweep(), waking.wake_late()
    parked = [ParkedEvent(event.id, event.type, event.object_id, reason) for event, reason in inbox.parked()]
    return ok(SweepReport(swept.events, swept.unpaid, swept.unsettled, tasks, parked))


@route(routes, "GET", "/v1/admin/invariants", who=Who.ADMIN, answers={200: Report})
def read_invariants() -> Answer:
    """Check the books now: every journal, balance, access and refund. Reads whole tables."""
    return ok(invariants.check())
