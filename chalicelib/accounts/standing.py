"""How an account stands: its roles, and whether it is suspended. Both take effect at once."""

from typing import Any

from chalicelib.accounts import registration
from chalicelib.accounts.models import Account
from chalicelib.accounts.profiles import read
from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import all_or_nothing


class OwnStanding(Conflict):
    """An admin cannot suspend or demote themselves: somebody must be left."""

    en = "Ask another administrator: you cannot change your own standing."
    zh = "请由其他管理员操作：您不能更改自己的状态。"


def become_author(actor: Actor) -> Account:
    """Any reader may write; what they write is reviewed before anyone sees it."""
    _change(actor, actor.account_id, "role.author_taken", [Account.roles.add({Role.AUTHOR.value})])
    return read(actor.account_id)


def set_roles(admin: Actor, account_id: str, roles: set[Role]) -> Account:
    """Exactly these roles; a reader everybody stays. Raises OwnStanding, NotFound."""
    _not_oneself(admin, account_id)
    names = {role.value for role in roles | {Role.READER}}
    _change(admin, account_id, "roles.set", [Account.roles.set(names)], roles=sorted(names))
    return read(account_id)


def suspend(admin: Actor, account_id: str, reason: str) -> Account:
    """End every session and let no new one begin. Raises OwnStanding, NotFound."""
    _not_oneself(admin, account_id)
    actions = [
        Account.suspended_at.set(clock.now()),
        Account.suspended_for.set(reason),
        Account.session_epoch.add(1),
    ]
    _change(admin, account_id, "account.suspended", actions)
    return read(account_id)


def reinstate(admin: Actor, account_id: str) -> Account:
    """Let the account sign in again. Raises NotFound."""
    _change(admin, account_id, "account.reinstated", [Account.suspended_at.remove(), Account.suspended_for.remove()])
    return read(account_id)


def make_admin(operator: Actor, email: str) -> Account:
    """The first administrator, made by whoever may write to the stage's tables. Raises NotFound."""
    account = registration.find(email)
    if account is None:
        raise NotFound
    every = {Role.ADMIN.value, Role.REVIEWER.value}
    _change(operator, account.account_id, "role.admin_granted", [Account.roles.add(every)])
    return read(account.account_id)


def _change(actor: Actor, account_id: str, deed: str, actions: list[Any], **facts: object) -> None:
    with all_or_nothing() as tx:
        tx.update(Account(account_id), actions, Account.account_id.exists(), NotFound())
        trail.write(tx, actor, deed, account_id, **facts)


def _not_oneself(admin: Actor, account_id: str) -> None:
    if admin.account_id == account_id:
        raise OwnStanding
