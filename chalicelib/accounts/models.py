from pynamodb.attributes import ListAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Count, Moment
from chalicelib.core.tables import Place, Row


class Account(Row):
    """A person. ``session_epoch`` grows when every session must end at once."""

    class Meta(Place):
        table_name = settings.table("accounts")

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="account")
    email = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    name = UnicodeAttribute()
    language = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    interests = ListAttribute(of=UnicodeAttribute, default=list)
    roles = UnicodeSetAttribute()
    session_epoch = Count(default=0)
    suspended_at = Moment(null=True)
    suspended_for = UnicodeAttribute(null=True)
    created_at = Moment()


class EmailGuard(Row):
    """Keeps an address with one account: its key is the address."""

    class Meta(Place):
        table_name = settings.table("accounts")

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="guard")
    holder = UnicodeAttribute()


class Registration(Row):
    """Somebody claims an address and has not yet proved it. Each claim has a key and a code of its own."""

    class Meta(Place):
        table_name = settings.table("accounts")

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="registration")
    email = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    name = UnicodeAttribute()
    language = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    interests = ListAttribute(of=UnicodeAttribute, default=list)
    code_hash = UnicodeAttribute()
    attempts = Count(default=0)
    expires_at = Count()


class PasswordReset(Row):
    """A mailed code that lets its holder set a new password."""

    class Meta(Place):
        table_name = settings.table("accounts")

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="reset")
    code_hash = UnicodeAttribute()
    attempts = Count(default=0)
    expires_at = Count()


class Session(Row):
    """One sign-in on one device. Its refresh token is stored hashed, and is new after each use."""

    class Meta(Place):
        table_name = settings.table("accounts")

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    refresh_hash = UnicodeAttribute()
    epoch = Count()
    started_at = Moment()
    expires_at = Count()


def guard_key(email: str) -> str:
    return f"email#{email}"


def registration_key(registration_id: str) -> str:
    return f"registration#{registration_id}"


def session_row(session_id: str) -> str:
    return f"session#{session_id}"
