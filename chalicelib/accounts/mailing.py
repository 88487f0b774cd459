"""Letters to people of whom only the account is known, and who may be gone by then."""

from chalicelib.accounts import profiles
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import Transaction
from chalicelib.mail import post


def send(tx: Transaction, letter: str, account_id: str, key: str | None = None, **facts: str) -> None:
    """Decide, in the deed's own transaction, that this letter goes to whose account it is, in their language and by
    their ``name``. Where the account is gone nobody is told, and the deed stands all the same.

    The same ``key`` is the same letter, and refuses a second.
    """
    try:
        person = profiles.read(account_id)
    except NotFound:
        return
    post.send(tx, letter, person.email, person.language, key, name=person.name, **facts)
