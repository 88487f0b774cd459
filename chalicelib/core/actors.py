"""Who acts, and who may call."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    READER = "reader"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Who(StrEnum):
    """Who may call a route. Anyone else is refused before the route's code runs."""

    ANYONE = "anyone"
    PROVIDER = "provider"  # proves itself by a signature over the body, which the route checks
    READER = "reader"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Actor(Struct, frozen=True):
    """Whoever does a deed: an account with its roles, or one of the platform's own jobs.

    An account acts for a party: today itself, later an organisation.
    """

    account_id: str
    roles: frozenset[Role] = frozenset()
    session_id: str = ""

    @property
    def party_id(self) -> str:
        return self.account_id

    def has(self, role: Role) -> bool:
        return role in self.roles


def system(job: str) -> Actor:
    """The platform itself, in the named job."""
    return Actor(account_id=f"system:{job}")
