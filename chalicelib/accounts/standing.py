"""How an account stands: its roles, and whether it is suspended. Both take effect at once."""

from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.accounts import registration
from chalicelib.accounts.models import Account
from chalicelib.accounts.profiles import read
from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import Conflict, Forbidden, NotFound, Refusal
from chalicelib.core.transactions import all_or_nothing


class OwnStanding(Conflict):
    """An admin cannot suspend or demote themselves: somebody must be left."""

    en = "Ask another administrator: you cannot change your own standing."
    zh = "请由其他管理员操作：您不能更改自己的状态。"


class AdminNotGiven(Forbidden):
    """No admin makes another: what two must decide, one could then decide alone."""

    en = "Only an operator makes administrators, by a command of the stage."
    zh = "只有运维人员能通过环境的命令设立管理员。"


def become_author(actor: Actor) -> Account:
    """Any reader may write; what they write is reviewed before anyone sees it."""
    _change(actor, actor.account_id, "role.author_taken", [Account.roles.add({Role.AUTHOR.value})])
    return read(actor.account_id)


def set_roles(admin: Actor, account_id: str, roles: set[Role]) -> Account:
    """Exactly these roles; a reader everybody stays. An admin can stay one, and nobody becomes one. Raises OwnStanding,
    NotFound, AdminNotGiven."""
    read(account_id)
    stays = Account.roles.contains(Role.ADMIN.value) if Role.ADMIN in roles else None
    names = {role.value for role in roles | {Role.READER}}
    actions = [Account.roles.set(names)]
    _judge(admin, account_id, "roles.set", actions, stays, AdminNotGiven(field="roles"), roles=sorted(names))
    return read(account_id)


def suspend(admin: Actor, account_id: str, reason: str) -> Account:
    """End every session and let no new one begin. Raises OwnStanding, NotFound."""
    actions = [
        Account.suspended_at.set(clock.now()),
        Account.suspended_for.set(reason),
        Account.session_epoch.add(1),
    ]
    _judge(admin, account_id, "account.suspended", actions)
    return read(account_id)


def reinstate(admin: Actor, account_id: str) -> Account:
    """Let the account sign in again. Raises NotFound."""
    _change(admin, account_id, "account.reinstated", [Account.suspended_at.remove(), Account.suspended_for.remove()])
    return read(account_id)


def make_admin(operator: Actor, email: str) -> Account:
    """An administrator, made by whoever may write to the stage's tables, and nobody else. Raises NotFound."""
    account = registration.find(email)
    if account is None:
        raise NotFound
    every = {Role.ADMIN.value, Role.REVIEWER.value}
    _change(operator, account.account_id, "role.admin_granted", [Account.roles.add(every)])
    return read(account.account_id)


def _change(actor: Actor, account_id: str, deed: str, actions: list[Any]) -> None:
    with all_or_nothing() as tx:
        tx.update(Account(account_id), actions, Account.account_id.exists(), NotFound())
        trail.write(tx, actor, deed, account_id)


def _judge(
    admin: Actor,
    account_id: str,
    deed: str,
    actions: list[Any],
    condition: Condition | None = None,
    refusal: Refusal | None = None,
    **facts: object,
) -> None:
    """Somebody else's standing, by who is an admin at that very moment: of two who judge each other, one is left."""
    if admin.account_id == account_id:
        raise OwnStanding
    stands = Account.roles.contains(Role.ADMIN.value) & Account.suspended_at.does_not_exist()
    exists: Condition = Account.account_id.exists()
    whole = exists if condition is None else exists & condition
    with all_or_nothing() as tx:
        tx.require(Account, admin.account_id, "account", stands, Forbidden())
        tx.update(Account(account_id), actions, whole, refusal or NotFound())
        trail.write(tx, admin, deed, account_id, **facts)
