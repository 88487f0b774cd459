"""The gate that every route with a reader behind it passes: the same code on one machine and deployed."""

from chalicelib.accounts import sessions, tokens
from chalicelib.accounts.sessions import AccountSuspended, SessionEnded
from chalicelib.core import settings
from chalicelib.core.actors import Actor

REFUSES = (SessionEnded, AccountSuspended)
"""What a route that asks how the account stands may be told beside Unauthenticated."""


def admit(token: str, *, fresh: bool) -> Actor:
    """Who the token speaks for. ``fresh`` asks the store, so that suspension, roles and sign-out count at once.

    Raises Unauthenticated, SessionEnded, AccountSuspended.
    """
    if settings.value("OIDC_ISSUER"):
        from chalicelib.accounts import foreign_tokens

        if foreign_tokens.is_foreign(token):
            return foreign_tokens.admit(token)
    actor = tokens.verify(token)
    return sessions.standing(actor) if fresh else actor
