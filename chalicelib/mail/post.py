"""Putting a letter into the outbox."""

from chalicelib.core.transactions import Transaction
from chalicelib.mail.letters import LETTERS
from chalicelib.outbox import tasks


def send(tx: Transaction, letter: str, to: str, language: str, key: str | None = None, **facts: str) -> None:
    """Decide, in the deed's own transaction, that this letter goes to this address. The same ``key`` is the same
    letter, and refuses a second."""
    if letter not in LETTERS:
        raise KeyError(f"there is no letter {letter!r}")
    tasks.put(tx, "mail", letter, {"to": to, "language": language, "facts": facts}, key)
