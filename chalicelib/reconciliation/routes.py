"""The book against the payment service's, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.ledger.proposals import AuthorUnknown, OwnProposal, ProposalWaits
from chalicelib.ledger.shapes import NewProposal, ProposalDecision
from chalicelib.payments.wire import ProviderUnavailable
from chalicelib.reconciliation import comparing, exporting, findings, placing
from chalicelib.reconciliation.comparing import Compared
from chalicelib.reconciliation.exporting import PeriodTooLong
from chalicelib.reconciliation.placing import MovementHeldUp, NotInSuspense
from chalicelib.reconciliation.shapes import (
    FindingView,
    PageQuery,
    SettlementLine,
    SettlementView,
)

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/admin/comparisons",
    who=Who.ADMIN,
    answers={200: Compared},
    refuses=(ProviderUnavailable,),
    limit=Limit(60, 900),
)
def compare_now(actor: Actor) -> Answer:
    """Compare the book with the payment service now, as the schedule does every hour."""
    return ok(comparing.compare_for(actor))


@route(
    routes,
    "GET",
    "/v1/admin/findings",
    who=Who.ADMIN,
    query=PageQuery,
    answers={200: Page[FindingView]},
    refuses=(BadCursor,),
)
def read_findings(query: PageQuery) -> Answer:
    """What the comparison with the payment service found and is not settled, the oldest first."""
    return ok(placing.waiting(query))


@route(
    routes,
    "GET",
    "/v1/admin/findings/{transaction_id}",
    who=Who.ADMIN,
    answers={200: FindingView},
    refuses=(NotFound,),
)
def read_finding(transaction_id: str) -> Answer:
    """What was found about one movement of the balance, and what became of it."""
    return ok(placing.view(findings.read(transaction_id)))


@route(
    routes,
    "POST",
    "/v1/admin/findings/{transaction_id}/proposals",
    who=Who.ADMIN,
    body=NewProposal,
    answers={201: FindingView},
    refuses=(NotFound, NotInSuspense, MovementHeldUp, ProposalWaits, OwnProposal, AuthorUnknown),
)
def propose_placement(actor: Actor, transaction_id: str, body: NewProposal) -> Answer:
    """Say where a movement in suspense belongs. A second admin decides."""
    return created(placing.propose(actor, transaction_id, body), f"/v1/admin/findings/{transaction_id}")


@route(
    routes,
    "POST",
    "/v1/admin/findings/{transaction_id}/proposals/{proposal_id}/decisions",
    who=Who.ADMIN,
    body=ProposalDecision,
    answers={200: FindingView},
    refuses=(NotFound, NotInSuspense, MovementHeldUp, OwnProposal),
)
def decide_placement(actor: Actor, transaction_id: str, proposal_id: str, body: ProposalDecision) -> Answer:
    """Approve what another admin proposed, or reject it. Approved, the amount is out of suspense."""
    return ok(placing.decide(actor, transaction_id, proposal_id, body))


@route(
    routes,
    "GET",
    "/v1/admin/settlements/{period}",
    who=Who.ADMIN,
    answers={200: SettlementView},
    refuses=(NotFound, PeriodTooLong),
)
def read_settlement(period: str) -> Answer:
    """What moved the balance at the payment service in a month (2026-11) or on a day (2026-11-25), by currency."""
    return ok(exporting.sums(period))


@route(
    routes,
    "GET",
    "/v1/admin/settlements/{period}/lines",
    who=Who.ADMIN,
    query=PageQuery,
    answers={200: Page[SettlementLine]},
    refuses=(NotFound, BadCursor),
)
def read_settlement_lines(period: str, query: PageQuery) -> Answer:
    """Each movement of the balance in the period, as they happened, with its journal."""
    return ok(exporting.lines(period, query))


@route(
    routes,
    "GET",
    "/v1/admin/settlements/{period}/csv",
    who=Who.ADMIN,
    answers={200: str},
    refuses=(NotFound, PeriodTooLong),
    produces="text/csv; charset=utf-8",
)
def read_settlement_csv(period: str) -> Answer:
    """Each movement of the balance in the period, and their sums, as a table for spreadsheets."""
    name = f'attachment; filename="settlement-{period}.csv"'
    return ok(exporting.as_csv(period), Content_Disposition=name)
