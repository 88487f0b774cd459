"""What an account says of itself."""

from collections.abc import Iterator
from typing import Any

from chalicelib.accounts import registration, time_zones
from chalicelib.accounts.models import Account
from chalicelib.accounts.shapes import AccountView, ProfileChange
from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import all_or_nothing


def read(account_id: str) -> Account:
    """Raises NotFound."""
    try:
        return Account.get(account_id, "account", consistent_read=True)
    except Account.DoesNotExist:
        raise NotFound from None


def every_id() -> Iterator[str]:
    """Of all accounts: for operators' commands, never for a request."""
    found = Account.scan(Account.row == "account", attributes_to_get=["account_id", "row"])
    return (row.account_id for row in found)


def of_address(email: str) -> Account:
    """The account that has this address. Raises NotFound."""
    account = registration.find(email)
    if account is None:
        raise NotFound
    return account


def key(account_id: str) -> tuple[Any, str, str]:
    """The account's place for ``tables.batch_get``, which answers a row for ``interests``, or None."""
    return Account, account_id, "account"


def interests(row: Account | None) -> list[str]:
    """The subjects that the account cares for."""
    return [str(subject) for subject in row.interests] if row else []


def change(actor: Actor, wanted: ProfileChange) -> Account:
    """Set what is named; leave the rest."""
    if wanted.time_zone is not None:
        time_zones.must_be_known(wanted.time_zone)
    named = {name: getattr(wanted, name) for name in wanted.__struct_fields__ if getattr(wanted, name) is not None}
    if named:
        actions: list[Any] = [getattr(Account, name).set(value) for name, value in named.items()]
        with all_or_nothing() as tx:
            tx.update(Account(actor.account_id), actions, Account.account_id.exists())
            trail.write(tx, actor, "profile.changed", actor.account_id, fields=sorted(named))
    return read(actor.account_id)


def view(account: Account) -> AccountView:
    return AccountView(
        account_id=account.account_id,
        email=account.email,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        interests=[str(subject) for subject in account.interests],
        roles=sorted(Role(name) for name in account.roles),
        suspended=account.suspended_at is not None,
        created_at=clock.rfc3339(account.created_at),
    )
