"""What the outside may send and sees."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.actors import Role
from chalicelib.core.validation import LINE

Email = Annotated[
    str, Meta(min_length=3, max_length=254, pattern=r"^\s*[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\s*(?![\s\S])")
]
Password = Annotated[str, Meta(min_length=10, max_length=200)]
Code = Annotated[str, Meta(pattern=r"^\d{6}(?![\s\S])")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=LINE)]
Language = Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*(?![\s\S])")]
TimeZone = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_+\-/]+(?![\s\S])")]
Subject = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?![\s\S])")]
Interests = Annotated[list[Subject], Meta(max_length=20)]


class NewAccount(Struct, forbid_unknown_fields=True):
    """Without a ``language``, the one that Accept-Language prefers."""

    email: Email
    password: Password
    name: Name
    language: Language | None = None
    time_zone: TimeZone = "UTC"
    interests: Interests = []


class EmailProof(Struct, forbid_unknown_fields=True):
    registration_id: Annotated[str, Meta(min_length=1, max_length=100)]
    code: Code


class ForgottenPassword(Struct, forbid_unknown_fields=True):
    email: Email


class RecoveredPassword(Struct, forbid_unknown_fields=True):
    email: Email
    code: Code
    password: Password


class Credentials(Struct, forbid_unknown_fields=True):
    email: Email
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class RefreshToken(Struct, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=400)]


class PasswordChange(Struct, forbid_unknown_fields=True):
    current_password: Annotated[str, Meta(min_length=1, max_length=200)]
    new_password: Password


class ProfileChange(Struct, forbid_unknown_fields=True):
    name: Name | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    interests: Interests | None = None


class RoleChange(Struct, forbid_unknown_fields=True):
    roles: set[Role]


class Suspension(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class AccountSearch(Struct, forbid_unknown_fields=True):
    """An address stands in a body, never in a URL: URLs end in logs."""

    email: Email


class SessionView(Struct):
    """``access_token`` goes into the Authorization header; ``refresh_token`` works once and brings the next pair."""

    access_token: str
    refresh_token: str
    expires_in: int
    account_id: str
    token_type: str = "Bearer"  # noqa: S105


class AccountView(Struct):
    """An account, to its owner and to admins."""

    account_id: str
    email: str
    name: str
    language: str
    time_zone: str
    interests: list[str]
    roles: list[Role]
    suspended: bool
    created_at: str


class RegistrationBegun(Struct):
    """The same for everybody. Who returns ``registration_id`` with the mailed code began this registration, too."""

    registration_id: str
    status: str = "accepted"


class Accepted(Struct):
    """The same for everybody, so that nobody learns which addresses have accounts."""

    status: str = "accepted"
