"""One spelling for each address."""

import unicodedata

from chalicelib.core.validation import FieldInvalid


def normalised(email: str) -> str:
    """Compatibility-composed, lower case, the domain in its ASCII form (IDNA) without the root's dot.

    Raises FieldInvalid.
    """
    text = unicodedata.normalize("NFKC", email).strip().lower()
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().rstrip(".")
    except UnicodeError:
        ascii_domain = ""
    if not local or "." not in ascii_domain or len(local) + len(ascii_domain) > 250:
        raise FieldInvalid("email", "is no e-mail address", "不是有效的电子邮箱地址")
    return f"{local}@{ascii_domain}"
