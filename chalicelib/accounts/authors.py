"""Authors, as everyone may know them: by name."""

from chalicelib.accounts.models import Account
from chalicelib.core.actors import Role
from chalicelib.core.tables import batch_get


def is_suspended(account_id: str) -> bool:
    """As of this moment."""
    try:
        return Account.get(account_id, "account", consistent_read=True).suspended_at is not None
    except Account.DoesNotExist:
        return False


def names(account_ids: list[str]) -> dict[str, str]:
    """The names of those of these accounts that are authors. One call to the store for up to 100."""
    rows = batch_get([(Account, account_id, "account") for account_id in account_ids]) if account_ids else []
    return {row.account_id: row.name for row in rows if row and Role.AUTHOR.value in row.roles}
