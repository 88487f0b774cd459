"""What was found in a lake, and what of it was left out and why."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Quality:
    """Counts of lines and events. What is left out for one reason is not counted for another."""

    lines: int = 0
    unreadable: int = 0
    broken_files: list[str] = field(default_factory=list)
    duplicates: int = 0
    impossible_times: int = 0
    self_views: int = 0
    by_bots: int = 0
    in_bursts: int = 0
    bots: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    readers: int = 0
    works: int = 0
    interactions: int = 0

    def add(self, other: "Quality") -> None:
        """What was found in another part of the same lake."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def rows(self) -> list[tuple[str, str]]:
        """What the report shows."""
        counted = [(name.replace("_", " "), value) for name, value in vars(self).items() if isinstance(value, int)]
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.most_common())
        return [
            *((name, f"{value:,}") for name, value in counted),
            ("bots", ", ".join(self.bots[:10]) or "none"),
            ("broken files", "; ".join(self.broken_files) or "none"),
            ("kinds", kinds),
        ]
