"""How authors are paid, over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.payments.wire import ProviderUnavailable
from chalicelib.settlement import payees, payouts, statements
from chalicelib.settlement.payees import CountryNotPaid
from chalicelib.settlement.shapes import (
    NewPayee,
    PayeePage,
    PayeeView,
    PayoutsQuery,
    PayoutView,
    StatementLine,
    StatementView,
)

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/me/payee",
    who=Who.AUTHOR,
    body=NewPayee,
    answers={201: PayeePage},
    refuses=(CountryNotPaid, ProviderUnavailable),
    limit=Limit(20, 900),
)
def open_payee(actor: Actor, body: NewPayee) -> Answer:
    """Open my account for payouts, or go on with it: the answer says where the payment service asks what it needs."""
    return created(PayeePage(payees.open_account(actor, body)), "/v1/me/payee")


@route(routes, "GET", "/v1/me/payee", who=Who.AUTHOR, answers={200: PayeeView})
def read_payee(actor: Actor) -> Answer:
    """Whether I can be paid, and what I have."""
    return ok(payees.view(actor.account_id))


@route(routes, "GET", "/v1/payees/{account_id}", who=Who.ADMIN, answers={200: PayeeView}, refuses=(NotFound,))
def read_payee_of(account_id: str) -> Answer:
    """Whether an author can be paid, what they have, and what keeps it from them."""
    return ok(payees.view_of(account_id))


@route(
    routes,
    "GET",
    "/v1/me/payouts",
    who=Who.AUTHOR,
    query=PayoutsQuery,
    answers={200: Page[PayoutView]},
    refuses=(BadCursor,),
)
def read_payouts(actor: Actor, query: PayoutsQuery) -> Answer:
    """What was paid to me, and taken back, the newest first."""
    return ok(payouts.mine(actor, query))


@route(routes, "GET", "/v1/me/statements/{month}", who=Who.AUTHOR, answers={200: StatementView}, refuses=(NotFound,))
def read_statement(actor: Actor, month: str) -> Answer:
    """My month, in UTC: what I had, what moved it, and what I have, by currency."""
    return ok(statements.view(actor.account_id, month))


@route(
    routes,
    "GET",
    "/v1/me/statements/{month}/lines",
    who=Who.AUTHOR,
    query=PayoutsQuery,
    answers={200: Page[StatementLine]},
    refuses=(NotFound, BadCursor),
)
def read_statement_lines(actor: Actor, month: str, query: PayoutsQuery) -> Answer:
    """Each movement of my month, the newest first."""
    return ok(statements.page(actor, month, query))


@route(
    routes,
    "GET",
    "/v1/me/statements/{month}/csv",
    who=Who.AUTHOR,
    answers={200: str},
    refuses=(NotFound, statements.StatementTooLong),
    produces="text/csv; charset=utf-8",
)
def read_statement_csv(actor: Actor, month: str) -> Answer:
    """Each movement of my month as a table for spreadsheets."""
    name = f'attachment; filename="statement-{month}.csv"'
    return ok(statements.as_csv(actor.account_id, month), Content_Disposition=name)
