"""Tokens of an OpenID Connect issuer that the operator trusts (Cognito or another provider).

Loaded only where ``OIDC_ISSUER`` is set: verifying RS256 and ES256 needs ``cryptography``. A token stands for
the account that has its verified e-mail address, and its standing is always read from the store.
"""

from functools import cache
from typing import Any

import jwt

from chalicelib.accounts import registration
from chalicelib.accounts.sessions import AccountSuspended
from chalicelib.core import clock, settings
from chalicelib.core.actors import Actor, Role
from chalicelib.core.errors import Unauthenticated, Unavailable

_LEEWAY_SECONDS = 5


class NoSuchAccount(Unauthenticated):
    """The foreign identity has no account here, or no verified e-mail address."""

    en = "No account here has the verified e-mail address of your identity: register with it first."
    zh = "没有账户使用您身份提供商验证过的邮箱：请先用该邮箱注册。"


def is_foreign(token: str) -> bool:
    """Whether the token says that it comes from the foreign issuer; nothing is believed yet."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        return False
    return claims.get("iss") == settings.value("OIDC_ISSUER")


def admit(token: str) -> Actor:
    """Raises Unauthenticated, NoSuchAccount, AccountSuspended, Unavailable."""
    claims = _verified(token)
    account = registration.find(str(claims.get("email"))) if claims.get("email_verified") is True else None
    if account is None:
        raise NoSuchAccount
    if account.suspended_at:
        raise AccountSuspended
    return Actor(account.account_id, frozenset(Role(name) for name in account.roles))


def _verified(token: str) -> dict[str, Any]:
    try:
        key = _keys().get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=["RS256", "ES256"],
            issuer=settings.value("OIDC_ISSUER"),
            audience=settings.value("OIDC_AUDIENCE"),
            options={
                "require": ["exp", "iat", "iss", "aud", "sub"],
                "verify_exp": False,  # these three by our own clock, below
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWKClientConnectionError:
        raise Unavailable from None
    except jwt.PyJWTError:
        raise Unauthenticated from None
    begins = max(claims["iat"], claims.get("nbf", 0)) - _LEEWAY_SECONDS
    if not begins <= clock.timestamp() < claims["exp"]:
        raise Unauthenticated
    return claims


@cache
def _keys() -> jwt.PyJWKClient:
    return jwt.PyJWKClient(settings.value("OIDC_JWKS_URL"), lifespan=3600, timeout=3)
