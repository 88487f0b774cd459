"""Accounts over HTTP."""

from chalice import Blueprint

from chalicelib.accounts import profiles, recovery, registration, sessions, standing
from chalicelib.accounts.codes import CodeWrong
from chalicelib.accounts.sessions import AccountSuspended, CredentialsWrong, RefreshTokenUsed, SessionEnded
from chalicelib.accounts.shapes import (
    Accepted,
    AccountSearch,
    AccountView,
    Credentials,
    EmailProof,
    ForgottenPassword,
    NewAccount,
    PasswordChange,
    ProfileChange,
    RecoveredPassword,
    RefreshToken,
    RegistrationBegun,
    RoleChange,
    SessionView,
    Suspension,
)
from chalicelib.accounts.standing import AdminNotGiven, OwnStanding
from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.request import Request
from chalicelib.core.web import Answer, accepted, created, no_content, ok, route

routes = Blueprint(__name__)

BY_ADDRESS = Limit(60, 900)
BY_ACCOUNT = Limit(10, 900)


@route(
    routes,
    "POST",
    "/v1/accounts",
    who=Who.ANYONE,
    body=NewAccount,
    answers={202: RegistrationBegun},
    limit=Limit(60, 3600),
)
def register(body: NewAccount, request: Request) -> Answer:
    """Register: a code is mailed to the address. Keep the registration_id, and return both."""
    return accepted(RegistrationBegun(registration.register(body, body.language or request.language)))


@route(
    routes,
    "POST",
    "/v1/accounts/verifications",
    who=Who.ANYONE,
    body=EmailProof,
    answers={201: SessionView},
    refuses=(CodeWrong,),
    limit=BY_ADDRESS,
)
def verify(body: EmailProof) -> Answer:
    """Return the registration_id and the mailed code: the account is made and its first session begins."""
    return created(sessions.start(registration.verify(body)), "/v1/me")


@route(
    routes,
    "POST",
    "/v1/sessions",
    who=Who.ANYONE,
    body=Credentials,
    answers={201: SessionView},
    refuses=(CredentialsWrong, AccountSuspended),
    limit=BY_ADDRESS,
)
def sign_in(body: Credentials, request: Request) -> Answer:
    """Sign in."""
    return created(sessions.sign_in(body, request.ip), "/v1/me")


@route(
    routes,
    "POST",
    "/v1/sessions/refreshes",
    who=Who.ANYONE,
    body=RefreshToken,
    answers={201: SessionView},
    refuses=(SessionEnded, RefreshTokenUsed),
    limit=Limit(300, 900),
)
def refresh(body: RefreshToken) -> Answer:
    """Change a refresh token for the next pair. Each works once."""
    return created(sessions.refresh(body.refresh_token), "/v1/me")


@route(routes, "DELETE", "/v1/sessions/current", who=Who.READER, answers={204: None}, fresh=False)
def sign_out(actor: Actor) -> Answer:
    """Sign out of this session."""
    sessions.end(actor, actor.session_id)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/password-resets",
    who=Who.ANYONE,
    body=ForgottenPassword,
    answers={202: Accepted},
    limit=Limit(30, 3600),
)
def ask_for_password_reset(body: ForgottenPassword) -> Answer:
    """Ask for a code by which a forgotten password is set anew."""
    recovery.ask(body.email)
    return accepted(Accepted())


@route(
    routes,
    "POST",
    "/v1/password-resets/confirmations",
    who=Who.ANYONE,
    body=RecoveredPassword,
    answers={204: None},
    refuses=(CodeWrong,),
    limit=BY_ADDRESS,
)
def reset_password(body: RecoveredPassword) -> Answer:
    """Set a new password with the mailed code. Every session ends."""
    recovery.recover(body)
    return no_content()


@route(
    routes,
    "PUT",
    "/v1/me/password",
    who=Who.READER,
    body=PasswordChange,
    answers={204: None},
    refuses=(CredentialsWrong,),
    limit=BY_ACCOUNT,
)
def change_password(actor: Actor, body: PasswordChange) -> Answer:
    """Change the password. Every other session ends."""
    recovery.change(actor, body)
    return no_content()


@route(routes, "GET", "/v1/me", who=Who.READER, answers={200: AccountView})
def read_profile(actor: Actor) -> Answer:
    """My account."""
    return ok(profiles.view(profiles.read(actor.account_id)))


@route(routes, "PATCH", "/v1/me", who=Who.READER, body=ProfileChange, answers={200: AccountView})
def change_profile(actor: Actor, body: ProfileChange) -> Answer:
    """Change my name, language, time zone or interests."""
    return ok(profiles.view(profiles.change(actor, body)))


@route(routes, "PUT", "/v1/me/author", who=Who.READER, answers={200: AccountView})
def become_author(actor: Actor) -> Answer:
    """Become an author: what I write is reviewed before anyone sees it."""
    return ok(profiles.view(standing.become_author(actor)))


@route(
    routes,
    "POST",
    "/v1/accounts/searches",
    who=Who.ADMIN,
    body=AccountSearch,
    answers={200: AccountView},
    refuses=(NotFound,),
)
def find_account(body: AccountSearch) -> Answer:
    """The account that has an e-mail address, to an admin."""
    return ok(profiles.view(profiles.of_address(body.email)))


@route(routes, "GET", "/v1/accounts/{account_id}", who=Who.ADMIN, answers={200: AccountView}, refuses=(NotFound,))
def read_account(account_id: str) -> Answer:
    """An account, to an admin."""
    return ok(profiles.view(profiles.read(account_id)))


@route(
    routes,
    "PUT",
    "/v1/accounts/{account_id}/roles",
    who=Who.ADMIN,
    body=RoleChange,
    answers={200: AccountView},
    refuses=(NotFound, OwnStanding, AdminNotGiven),
)
def set_roles(actor: Actor, account_id: str, body: RoleChange) -> Answer:
    """Give an account exactly these roles, at once. Nobody becomes an admin by this."""
    return ok(profiles.view(standing.set_roles(actor, account_id, body.roles)))


@route(
    routes,
    "PUT",
    "/v1/accounts/{account_id}/suspension",
    who=Who.ADMIN,
    body=Suspension,
    answers={200: AccountView},
    refuses=(NotFound, OwnStanding),
)
def suspend(actor: Actor, account_id: str, body: Suspension) -> Answer:
    """Suspend an account: every session ends at once."""
    return ok(profiles.view(standing.suspend(actor, account_id, body.reason)))


@route(
    routes,
    "DELETE",
    "/v1/accounts/{account_id}/suspension",
    who=Who.ADMIN,
    answers={200: AccountView},
    refuses=(NotFound,),
)
def reinstate(actor: Actor, account_id: str) -> Answer:
    """Let a suspended account sign in again."""
    return ok(profiles.view(standing.reinstate(actor, account_id)))
