"""Random histories of the lake, held against what they come to: facts twice and in disorder, batches cut anywhere,
processes cut off between any two calls, and another one that compacts in between."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.lake import erasures
from tests.crashes import Cut, cut
from tests.lake.shore import (
    COMPACT,
    KEEP,
    SCHEDULED,
    a_fact,
    an_event,
    lines,
    lying,
    meanwhile,
    messages,
    moment,
    reader_of,
    seen,
)
from tests.world import World

DAYS = 3 * 86_400
FOLDERS = [
    ("PutObject", "interactions/"),
    ("PutObject", "erasures/"),
    ("GetObject", "interactions/"),
    ("GetObject", "landing/"),
]


@dataclass
class History:
    """What is told of four readers, as facts in disorder, and what is left of it in the end."""

    chance: random.Random
    bodies: list[str] = field(default_factory=list)
    left: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def happens(self) -> None:
        told: dict[str, dict[str, dict[str, Any]]] = {f"A{number}": {} for number in range(4)}
        for number in range(50):
            event = an_event(f"e{number}", f"W{number}", ago=self.chance.randrange(DAYS))
            told[self.chance.choice(sorted(told))][f"W{number}"] = event
        for account_id, events in told.items():
            self._tell(account_id, list(events.values()))
            self._delete(account_id, self.chance.sample(sorted(events), min(2, len(events))), events)
        for account_id in self.chance.sample(sorted(told), 2):
            until = moment(self.chance.randrange(DAYS))
            self.bodies.append(a_fact("history.erased", account_id, until=until))
            told[account_id] = {name: one for name, one in told[account_id].items() if one["recorded_at"] > until}
        self.left = {name: (reader_of(owner), "view", name) for owner, events in told.items() for name in events}
        self.bodies += self.chance.sample(self.bodies, len(self.bodies) // 3)
        self.chance.shuffle(self.bodies)

    def _tell(self, account_id: str, events: list[dict[str, Any]]) -> None:
        while events:
            size = self.chance.randrange(1, 6)
            self.bodies.append(a_fact("interaction.recorded", account_id, events=events[:size]))
            events = events[size:]

    def _delete(self, account_id: str, names: list[str], events: dict[str, dict[str, Any]]) -> None:
        gone = [{name: events[each][name] for name in ("moment", "recorded_at")} for each in names]
        self.bodies.append(a_fact("history.item_deleted", account_id, events=gone))
        for each in names:
            del events[each]


def compacts(chance: random.Random) -> None:
    """Alone or with another in between; and perhaps cut off, or the other one is."""
    operation, folder = chance.choice(FOLDERS)
    cuts = cut(chance.randrange(1, 25), done=chance.random() < 0.5) if chance.random() < 0.5 else cut()
    with suppress(Cut), cuts:
        if chance.random() < 0.5:
            COMPACT.invoke(SCHEDULED)
        else:
            with meanwhile(operation, folder, lambda: COMPACT.invoke(SCHEDULED)):
                COMPACT.invoke(SCHEDULED)


@pytest.mark.parametrize("seed", range(10))
def test_in_the_end_each_event_is_there_once_and_nothing_that_was_erased(world: World, seed: int) -> None:
    history = History(random.Random(seed))
    history.happens()
    while history.bodies:
        size = history.chance.randrange(1, 12)
        batch = messages(*history.bodies[:size])
        with suppress(Cut), cut(history.chance.randrange(1, 4), done=history.chance.random() < 0.5):
            KEEP.invoke(batch)
        KEEP.invoke(batch)
        history.bodies = history.bodies[size:]
        while history.chance.random() < 0.5:
            compacts(history.chance)
    COMPACT.invoke(SCHEDULED)
    assert lying("landing/") == []
    world.clock.advance(days=erasures.KEPT.days + 1)
    COMPACT.invoke(SCHEDULED)
    assert seen() == sorted(history.left.values())
    assert lines("erasures/") == []
