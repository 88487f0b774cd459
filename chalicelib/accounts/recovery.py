"""A forgotten password, and a changed one. Either ends every other session."""

from chalicelib.accounts import codes, emails, passwords, registration
from chalicelib.accounts.models import Account, PasswordReset, Session, guard_key, session_row
from chalicelib.accounts.sessions import CredentialsWrong
from chalicelib.accounts.shapes import PasswordChange, RecoveredPassword
from chalicelib.audit import trail
from chalicelib.core import ids, limits
from chalicelib.core.actors import Actor, system
from chalicelib.core.limits import Limit
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.mail import post

PER_ADDRESS = Limit(5, 3600)


def ask(email: str) -> None:
    """Mail a code to the address, where it has an account. The caller cannot tell whether it has."""
    address = emails.normalised(email)
    limits.spend("reset", address, PER_ADDRESS)
    _make_code(registration.find(address), address)


def recover(wanted: RecoveredPassword) -> None:
    """Set a new password for who returns the mailed code. Raises CodeWrong."""
    account = registration.find(wanted.email)
    holder = account.account_id if account else guard_key(emails.normalised(wanted.email))
    used = codes.check(PasswordReset, holder, "reset", wanted.code)
    if account is None:
        raise codes.CodeWrong(field="code")
    with all_or_nothing() as tx:
        tx.delete(used)
        _set(tx, Actor(account.account_id), account, wanted.password)


def change(actor: Actor, wanted: PasswordChange) -> None:
    """Set a new password for who knows the present one; this session goes on. Raises CredentialsWrong."""
    account = Account.get(actor.account_id, "account", consistent_read=True)
    if not passwords.matches(account.password_hash, wanted.current_password):
        raise CredentialsWrong
    with all_or_nothing() as tx:
        _set(tx, actor, account, wanted.new_password)
        if actor.session_id:
            session = Session(actor.account_id, session_row(actor.session_id))
            tx.update(session, [Session.epoch.set(account.session_epoch + 1)], Session.epoch.exists())


def _set(tx: Transaction, actor: Actor, account: Account, password: str) -> None:
    tx.update(
        account,
        [Account.password_hash.set(passwords.hashed(password)), Account.session_epoch.add(1)],
        Account.session_epoch == account.session_epoch,
    )
    trail.write(tx, actor, "password.changed", account.account_id)
    post.send(tx, "password_changed", account.email, account.language, name=account.name)


def _make_code(account: Account | None, address: str) -> None:
    """Where there is no account the same is written and nothing mailed: nobody tells the two apart by the time."""
    code = ids.code()
    holder = account.account_id if account else guard_key(address)
    with all_or_nothing() as tx:
        tx.put(PasswordReset(holder, code_hash=codes.hashed(code, holder), expires_at=codes.expiry()))
        trail.write(tx, system("recovery"), "reset.asked", account.account_id if account else "nobody")
        if account:
            facts = {"name": account.name, "code": code, "minutes": str(codes.MINUTES)}
            post.send(tx, "reset_password", account.email, account.language, **facts)
