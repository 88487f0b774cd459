"""Everything the fake remembers, as plain data that JSON can carry over a restart."""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
_WITHOUT_SHARING = 2
"""The version of the format in which what is there twice is copied twice."""


def copied(thing: Any) -> Any:
    """A copy of plain data, all the way down."""
    return marshal.loads(marshal.dumps(thing, _WITHOUT_SHARING))


@dataclass
class State:
    objects: dict[str, dict[str, Object]] = field(default_factory=dict)
    """By kind, then by id, oldest first."""
    lines: dict[str, list[Object]] = field(default_factory=dict)
    """The line items of each session."""
    intent_data: dict[str, Object] = field(default_factory=dict)
    """What each session's payment intent will start with."""
    subscription_data: dict[str, Object] = field(default_factory=dict)
    """What each session's subscription will start with."""
    billed: dict[str, Object] = field(default_factory=dict)
    """By what each subscription is billed: {card, number, amount, name, interval, interval_count}; of a session that
    is to begin one: {intent}."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The last number given to each id prefix."""
    agenda: list[Object] = field(default_factory=list)
    """What happens by itself: {at, number, deed, subject}."""
    spent: dict[str, int] = field(default_factory=dict)
    """What owners took out of connected accounts, by account and currency."""
    keys: dict[str, Object] = field(default_factory=dict)
    """Idempotency keys: {asked, done, at, status, body}."""
    queue: list[Object] = field(default_factory=list)
    """Webhooks not delivered: {event, state, next, attempts, last_status}."""
    attempts: list[Object] = field(default_factory=list)
    """Webhooks sent: {event, type, at, status}."""
    holding: bool = False
    faults: list[Object] = field(default_factory=list)
    """Faults to come: {method, path, kind, times, status, seconds}."""
