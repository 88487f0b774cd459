"""Access tokens: JSON Web Tokens (RFC 7519), HS256, ten minutes.

The signing key is derived from the master key that ``kid`` names, the kid and the issuer: a token made for
another stage, or under another name of the same key, does not verify. Time is the platform's clock.
"""

import hashlib
import hmac
from typing import Any

from chalicelib.core import clock, settings
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import Unauthenticated
from chalicelib.core.keyrings import ring

KEYS = "token-keys"
SECONDS = 600
_LEEWAY_SECONDS = 5


def issue(account_id: str, session_id: str, roles: set[str]) -> str:
    """A token that says who signs in with which session and roles."""
    import jwt

    now = int(clock.timestamp())
    claims = {
        "iss": settings.issuer(),
        "sub": account_id,
        "sid": session_id,
        "roles": sorted(roles),
        "iat": now,
        "exp": now + SECONDS,
    }
    kid = ring(KEYS).signing
    return jwt.encode(claims, _key(kid), algorithm="HS256", headers={"kid": kid, "typ": "at+jwt"})


def verify(token: str) -> Actor:
    """Who the token speaks for, as of when it was made. Raises Unauthenticated."""
    import jwt

    try:
        claims = jwt.decode(
            token,
            _key(str(jwt.get_unverified_header(token).get("kid"))),
            algorithms=["HS256"],
            issuer=settings.issuer(),
            options={"require": ["exp", "iat", "iss", "sub"], "verify_exp": False, "verify_iat": False},
        )
        return _actor(claims)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise Unauthenticated from None


def _actor(claims: dict[str, Any]) -> Actor:
    now = clock.timestamp()
    if not claims["iat"] - _LEEWAY_SECONDS <= now < min(claims["exp"], claims["iat"] + SECONDS):
        raise Unauthenticated
    roles = frozenset(Role(name) for name in claims["roles"])
    return Actor(account_id=claims["sub"], roles=roles, session_id=claims["sid"])


def _key(kid: str) -> bytes:
    """Raises KeyError for a kid that is not on the ring."""
    master = ring(KEYS).keys[kid].encode()
    return hmac.digest(master, f"{settings.issuer()}\x1f{kid}".encode(), hashlib.sha256)
