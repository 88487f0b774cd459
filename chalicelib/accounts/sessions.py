"""Sessions: sign in, refresh, sign out.

A refresh token is opaque and works once. Using it again means that two hold it, so the whole session ends
(RFC 9700, section 4.14.2).
"""

import hashlib

from chalicelib.accounts import emails, passwords, registration, tokens
from chalicelib.accounts.models import Account, Session, session_row
from chalicelib.accounts.shapes import Credentials, SessionView
from chalicelib.audit import trail
from chalicelib.core import clock, ids, limits, tables
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import Forbidden, Unauthenticated
from chalicelib.core.limits import Limit
from chalicelib.core.transactions import all_or_nothing

DAYS = 30
PER_ADDRESS_AND_PLACE = Limit(10, 900)
"""Strict only for one place on the net, so that a stranger elsewhere cannot keep the owner out."""

PER_ADDRESS = Limit(200, 900)


class CredentialsWrong(Unauthenticated):
    """The e-mail or the password is wrong; which, nobody is told."""

    en = "The e-mail address or the password is wrong."
    zh = "邮箱或密码错误。"


class AccountSuspended(Forbidden):
    """The account is suspended."""

    en = "This account is suspended. Write to support if you think that is a mistake."
    zh = "该账户已被暂停使用。如有疑问请联系客服。"


class SessionEnded(Unauthenticated):
    """The refresh token is used up, too old, or of a session that ended."""

    en = "This session has ended: sign in again."
    zh = "会话已结束：请重新登录。"


class RefreshTokenUsed(SessionEnded):
    """The refresh token was used before, so two hold it: the session ends for both."""


def sign_in(credentials: Credentials, ip: str) -> SessionView:
    """Raises CredentialsWrong; AccountSuspended only to who knows the password."""
    email = emails.normalised(credentials.email)
    limits.spend("sign-in-from", f"{email}#{ip}", PER_ADDRESS_AND_PLACE)
    limits.spend("sign-in", email, PER_ADDRESS)
    account = registration.find(email)
    if not passwords.matches(account.password_hash if account else None, credentials.password) or not account:
        raise CredentialsWrong
    return start(account)


def start(account: Account) -> SessionView:
    """A new session for somebody who has just proved who they are."""
    if account.suspended_at:
        raise AccountSuspended
    session_id, refresh = ids.new(), ids.secret()
    session = Session(
        account.account_id,
        session_row(session_id),
        refresh_hash=_hashed(refresh),
        epoch=account.session_epoch,
        started_at=clock.now(),
        expires_at=_expiry(),
    )
    with all_or_nothing() as tx:
        tx.insert(session)
        trail.write(tx, Actor(account.account_id), "session.started", session_id)
    return _view(account, session_id, refresh)


def refresh(token: str) -> SessionView:
    """The next pair of tokens. Raises SessionEnded; a token that was used before ends its session."""
    account_id, session_id, old = _parts(token)
    account, session = _both(account_id, session_id)
    new = ids.secret()
    try:
        _rotate(account, session, old, new)
    except RefreshTokenUsed:
        end(Actor(account_id), session_id)
        raise
    return _view(account, session_id, new)


def _rotate(account: Account, session: Session, old: str, new: str) -> None:
    alive = (Session.epoch == account.session_epoch) & (Session.expires_at > int(clock.timestamp()))
    with all_or_nothing() as tx:
        tx.update(
            session,
            [Session.refresh_hash.set(_hashed(new)), Session.expires_at.set(_expiry())],
            alive & (Session.refresh_hash == _hashed(old)),
            RefreshTokenUsed(),
        )
        trail.write(tx, Actor(account.account_id), "session.refreshed", str(session.row))


def end(actor: Actor, session_id: str) -> None:
    """Sign out. Ending a session that has ended already is no error."""
    with all_or_nothing() as tx:
        tx.delete(Session(actor.account_id, session_row(session_id)))
        trail.write(tx, actor, "session.ended", session_id)


def standing(actor: Actor) -> Actor:
    """The actor as of this moment: one consistent read. Raises AccountSuspended, SessionEnded."""
    account, session = _both(actor.account_id, actor.session_id)
    if account.suspended_at:
        raise AccountSuspended
    if session.epoch != account.session_epoch or session.expires_at <= clock.timestamp():
        raise SessionEnded
    return Actor(actor.account_id, frozenset(Role(name) for name in account.roles), actor.session_id)


def _both(account_id: str, session_id: str) -> tuple[Account, Session]:
    keys = [(Account, account_id, "account"), (Session, account_id, session_row(session_id))]
    account, session = tables.batch_get(keys, consistent=True)
    if account is None or session is None:
        raise SessionEnded
    return account, session


def _parts(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise SessionEnded
    return parts[0], parts[1], parts[2]


def _view(account: Account, session_id: str, refresh: str) -> SessionView:
    return SessionView(
        access_token=tokens.issue(account.account_id, session_id, account.roles),
        refresh_token=f"{account.account_id}.{session_id}.{refresh}",
        expires_in=tokens.SECONDS,
        account_id=account.account_id,
    )


def _hashed(refresh: str) -> str:
    return hashlib.sha256(refresh.encode()).hexdigest()


def _expiry() -> int:
    return int(clock.timestamp()) + DAYS * 86400
