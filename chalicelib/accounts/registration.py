"""Registering: an address is claimed, a code is mailed to it, and who returns the code has the account."""

from chalicelib.accounts import codes, emails, passwords, time_zones
from chalicelib.accounts.models import Account, EmailGuard, Registration, guard_key
from chalicelib.accounts.shapes import EmailProof, NewAccount
from chalicelib.audit import trail
from chalicelib.core import clock, ids, limits
from chalicelib.core.actors import Actor, Role
from chalicelib.core.limits import Limit
from chalicelib.core.transactions import all_or_nothing
from chalicelib.mail import post

PER_ADDRESS = Limit(5, 3600)


def register(wanted: NewAccount, language: str) -> None:
    """Mail a code to the address; or, where it has an account, tell its owner so. The caller cannot tell which."""
    email = emails.normalised(wanted.email)
    time_zones.must_be_known(wanted.time_zone)
    limits.spend("register", email, PER_ADDRESS)
    password_hash = passwords.hashed(wanted.password)
    if holder := _holder(email):
        _tell_owner(holder)
    else:
        _claim(email, wanted, language, password_hash)


def verify(proof: EmailProof) -> Account:
    """Make the account that the code proves. Raises CodeWrong."""
    email = emails.normalised(proof.email)
    claimed = codes.check(Registration, guard_key(email), "registration", proof.code)
    account = Account(
        ids.new(),
        email=email,
        password_hash=claimed.password_hash,
        name=claimed.name,
        language=claimed.language,
        time_zone=claimed.time_zone,
        interests=claimed.interests,
        roles={Role.READER.value},
        created_at=clock.now(),
    )
    with all_or_nothing() as tx:
        tx.insert(account)
        tx.insert(EmailGuard(guard_key(email), holder=account.account_id), codes.CodeWrong(field="code"))
        tx.delete(claimed)
        trail.write(tx, Actor(account.account_id), "account.registered", account.account_id)
    return account


def _claim(email: str, wanted: NewAccount, language: str, password_hash: str) -> None:
    code = ids.code()
    claim = Registration(
        guard_key(email),
        password_hash=password_hash,
        name=wanted.name,
        language=language,
        time_zone=wanted.time_zone,
        interests=wanted.interests,
        code_hash=codes.hashed(code, guard_key(email)),
        expires_at=codes.expiry(),
    )
    with all_or_nothing() as tx:
        tx.put(claim)
        post.send(tx, "verify_email", email, language, name=wanted.name, code=code, minutes=str(codes.MINUTES))


def _tell_owner(account_id: str) -> None:
    account = Account.get(account_id, "account")
    with all_or_nothing() as tx:
        post.send(tx, "already_registered", account.email, account.language, name=account.name)


def _holder(email: str) -> str | None:
    try:
        return str(EmailGuard.get(guard_key(email), "guard", consistent_read=True).holder)
    except EmailGuard.DoesNotExist:
        return None


def find(email: str) -> Account | None:
    """The account that has this address. Two calls to the store also where none has: time tells nobody which."""
    address = emails.normalised(email)
    try:
        return Account.get(_holder(address) or guard_key(address), "account", consistent_read=True)
    except Account.DoesNotExist:
        return None
