"""One spelling for each address."""

import re
import unicodedata

from chalicelib.core.validation import FieldInvalid

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
MOST_LOCAL, MOST = 64, 254


def normalised(email: str) -> str:
    """Compatibility-composed, lower case, the domain in its ASCII form (IDNA) without the root's dot.

    Only what RFC 5321 calls a dot-string before the @, and a host name after it: comments, quotes and display names
    would make endlessly many spellings of one mailbox, and the mailer takes no other letters. Raises FieldInvalid.
    """
    text = unicodedata.normalize("NFKC", email).strip().lower()
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().rstrip(".")
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain}"
    known = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)
    if not known or len(local) > MOST_LOCAL or len(address) > MOST:
        raise FieldInvalid("email", "is no e-mail address", "不是有效的电子邮箱地址")
    return address
