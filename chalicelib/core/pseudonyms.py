"""Names that stand for an account where others may read them: the same each time, and nobody can work them out."""

import hashlib
import hmac

from chalicelib.core import ids
from chalicelib.core.secrets import secret


def pseudonym(*parts: str) -> str:
    """26 characters for these parts, keyed: whoever knows an account's id does not know its pseudonyms."""
    keyed = hmac.digest(secret("pseudonym-key").encode(), "\x1f".join(parts).encode(), hashlib.sha256)
    return ids.derived(keyed.hex())


def reader_of(account_id: str) -> str:
    """What whoever learns from readers knows the account by: the lake, experiments and engines."""
    return pseudonym("lake", account_id)
