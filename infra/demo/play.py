"""The play: who is on stage, what they did so far, and what was checked."""

from dataclasses import dataclass, field
from typing import Any

import requests

from infra.demo import cast
from infra.demo.caller import Caller
from infra.demo.checks import Checks
from infra.demo.manuscripts import Manuscript
from infra.local.supervisor import LocalPlatform

MOST_RANKED = 50
"""What a page of recommendations holds at most."""


@dataclass
class Play:
    platform: LocalPlatform
    manuscripts: list[Manuscript]
    checks: Checks = field(default_factory=Checks)
    people: dict[str, Caller] = field(default_factory=dict)
    works: dict[str, str] = field(default_factory=dict)
    """The published works: title to work id."""
    bought: dict[str, str] = field(default_factory=dict)
    """Reader to the work they paid for."""

    @property
    def stranger(self) -> Caller:
        """Somebody without an account."""
        return Caller(self.platform)

    @property
    def reviewer(self) -> Caller:
        return self.people[cast.REVIEWER.key]

    @property
    def admin(self) -> Caller:
        return self.people[cast.ADMIN.key]

    @property
    def authors(self) -> list[Caller]:
        return [self.people[part.key] for part in cast.AUTHORS]

    @property
    def for_sale(self) -> list[str]:
        """The ids of the works that cost something, in the order they came out."""
        return [self.works[each.title] for each in self.manuscripts if each.title in self.works and not each.is_free]

    def wanted(self, *readers: Caller) -> str | None:
        """A work for sale that none of them has."""
        owned = {work_id for reader in readers for work_id in reader.owned()}
        return next((work_id for work_id in self.for_sale if work_id not in owned), None)

    def author_of(self, work_id: str) -> Caller:
        """Who brought it out here."""
        title = next(title for title, known in self.works.items() if known == work_id)
        return self.people[next(each.author for each in self.manuscripts if each.title == title)]

    def stripe(self, path: str, **told: Any) -> Any:
        """Turn a knob of the fake Stripe."""
        answer = requests.post(f"{self.platform.stripe_url}/_control/{path}", json=told, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def ranking(self) -> list[str]:
        """What is recommended to everybody, best first."""
        picks = self.stranger.get("/v1/recommendations", limit=MOST_RANKED)["items"]
        return [pick["work"]["work_id"] for pick in picks]
