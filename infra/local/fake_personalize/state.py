"""All that the fake remembers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.fake_personalize.refusals import not_found
from infra.local.fake_personalize.things import DONE, Thing


@dataclass
class State:
    """``lines``: those of all objects under ``s3://bucket/prefix``. ``events`` are rows of the interactions by their
    id; ``items`` rows of the items by theirs; both by the schema's columns."""

    lines: Callable[[str], list[str]]
    things: dict[str, Thing] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def find(self, arn: str) -> Thing:
        """Raises Refused."""
        if arn not in self.things:
            raise not_found(arn)
        return self.things[arn]

    def latest(self, solution: str) -> str:
        """The solution's last version that stands; what cannot be found, where there is none."""
        versions = [
            each.arn
            for each in self.things.values()
            if each.kind == "SolutionVersion" and each.said["solutionArn"] == solution and each.status == DONE
        ]
        return versions[-1] if versions else f"{solution}/none"
