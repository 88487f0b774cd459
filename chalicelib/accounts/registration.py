"""Registering: an address is claimed, a code is mailed to it, and who returns the code has the account."""

from chalicelib.accounts import codes, emails, passwords, time_zones
from chalicelib.accounts.models import Account, EmailGuard, Registration, guard_key, registration_key
from chalicelib.accounts.shapes import EmailProof, NewAccount
from chalicelib.audit import trail
from chalicelib.core import clock, ids, limits
from chalicelib.core.actors import Actor, Role, system
from chalicelib.core.limits import Limit
from chalicelib.core.transactions import all_or_nothing
from chalicelib.mail import post

PER_ADDRESS = Limit(5, 3600)


def register(wanted: NewAccount, language: str) -> str:
    """Mail a code to the address; or, where it has an account, tell its owner so. The caller cannot tell which.

    The registration's id, which only this caller learns: whoever else claims the same address has another, so a
    code that is mailed for their claim opens nothing here.
    """
    email = emails.normalised(wanted.email)
    time_zones.must_be_known(wanted.time_zone)
    limits.spend("register", email, PER_ADDRESS)
    registration_id, code = ids.secret(), ids.code()
    key = registration_key(registration_id)
    claim = Registration(
        key,
        email=email,
        password_hash=passwords.hashed(wanted.password),
        name=wanted.name,
        language=language,
        time_zone=wanted.time_zone,
        interests=wanted.interests,
        code_hash=codes.hashed(code, key),
        expires_at=codes.expiry(),
    )
    owner = find(email)
    with all_or_nothing() as tx:
        tx.insert(claim)
        trail.write(tx, system("registration"), "registration.begun", _public(registration_id))
        if owner:
            post.send(tx, "already_registered", owner.email, owner.language, name=owner.name)
        else:
            post.send(tx, "verify_email", email, language, code=code, minutes=str(codes.MINUTES))
    return registration_id


def verify(proof: EmailProof) -> Account:
    """Make the account that the code proves. Raises CodeWrong."""
    claimed = codes.check(Registration, registration_key(proof.registration_id), "registration", proof.code)
    account = Account(
        ids.new(),
        email=claimed.email,
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
        tx.insert(EmailGuard(guard_key(claimed.email), holder=account.account_id), codes.CodeWrong(field="code"))
        tx.delete(claimed)
        facts = {"registration": _public(proof.registration_id)}
        trail.write(tx, Actor(account.account_id), "account.registered", account.account_id, **facts)
    return account


def _public(registration_id: str) -> str:
    """What the trail calls a registration: its id is half of the proof, and stays with who began it."""
    return ids.derived("registration", registration_id)


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
