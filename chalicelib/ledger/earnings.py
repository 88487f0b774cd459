"""What authors have of one sale, from the hold to what they may be paid, and back. Pure, in whole units, to the last.

A share is held in the sale's currency. Released, it is available in the currency that the sale settled in, at the
sale's own rate: authors carry no exchange risk. What goes back is taken from what is held, and then from what was
released, at the rate at which it was.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from chalicelib.ledger.entries import Entry, Journal
from chalicelib.ledger.postings import FX, available, held


class Earned(Struct, frozen=True):
    """One author's part of a sale: ``held``, and ``released``, in the sale's currency; and ``available``, what the
    released came to in the currency of settlement."""

    held: int = 0
    released: int = 0
    available: int = 0


class Earnings(Struct, frozen=True):
    """``of`` a sale, by author. ``settled_in`` is None before anything was released."""

    currency: str
    of: dict[str, Earned]
    settled_in: str | None = None

    @property
    def held(self) -> int:
        return sum(earned.held for earned in self.of.values())


class Rate(NamedTuple):
    """A sale's ``amount`` settled as so much of a currency."""

    amount: int
    settled: int
    currency: str

    def of(self, part: int) -> int:
        return part * self.settled // self.amount


class Moved(NamedTuple):
    earnings: Earnings
    entries: list[Entry]


def begin(currency: str, parts: Mapping[str, int]) -> Earnings:
    """All of it is held."""
    return Earnings(currency, {author: Earned(part) for author, part in parts.items()})


def release(earnings: Earnings, rate: Rate) -> Moved:
    """All that is held becomes available."""
    after, entries = dict(earnings.of), []
    for author, earned in sorted(earnings.of.items()):
        if earned.held:
            came_to = rate.of(earned.held)
            after[author] = Earned(0, earned.released + earned.held, earned.available + came_to)
            entries += [
                Entry(held(author), earnings.currency, earned.held),
                *_into(earnings.currency, earned.held, author, rate.currency, came_to),
            ]
    return Moved(Earnings(earnings.currency, after, rate.currency), entries)


def take(earnings: Earnings, parts: Mapping[str, int]) -> Moved:
    """``parts`` by author go back, in the sale's currency. A part may be a unit negative: see ``returns``."""
    after, entries = dict(earnings.of), []
    for author, part in sorted(parts.items()):
        earned = after.get(author, Earned())
        from_held = part if earnings.settled_in is None else min(part, earned.held) if earned.held > 0 else 0
        from_released = part - from_held
        left = earned.released - from_released
        less = earned.available - (earned.available * left // earned.released if earned.released else left)
        after[author] = Earned(earned.held - from_held, left, earned.available - less)
        entries += [
            Entry(held(author), earnings.currency, from_held),
            *_into(earnings.currency, -from_released, author, str(earnings.settled_in), -less),
        ]
    return Moved(Earnings(earnings.currency, after, earnings.settled_in), entries)


def give_back(earnings: Earnings, parts: Mapping[str, int], taken_by: Journal) -> Earnings:
    """What the stored journal took of these ``parts`` is where it was: its stored inverse is what is posted."""
    after = dict(earnings.of)
    for author, part in parts.items():
        earned = after.get(author, Earned())
        to_held = _moved(taken_by, held(author), earnings.currency)
        came_to = _moved(taken_by, available(author), str(earnings.settled_in))
        after[author] = Earned(earned.held + to_held, earned.released + part - to_held, earned.available + came_to)
    return Earnings(earnings.currency, after, earnings.settled_in)


def _moved(journal: Journal, account: str, currency: str) -> int:
    return sum(entry.amount for entry in journal.entries if (entry.account, entry.currency) == (account, currency))


def _into(currency: str, part: int, author: str, settled_in: str, came_to: int) -> list[Entry]:
    """The ``part`` becomes available; where that is in another currency, through the exchange."""
    if settled_in == currency:
        return [Entry(available(author), currency, -came_to)]
    return [
        Entry(FX, currency, -part),
        Entry(FX, settled_in, came_to),
        Entry(available(author), settled_in, -came_to),
    ]
