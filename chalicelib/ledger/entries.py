"""Journals and their entries: signed whole minor units of a currency, debit +. Pure; nothing here is stored."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct


class Unbalanced(Exception):
    """The entries of a journal do not sum to 0 in every currency, or count something other than whole units."""


class Entry(Struct, frozen=True):
    """``amount`` minor units of ``currency`` on one account: debit +, credit −."""

    account: str
    currency: str
    amount: int


class Settled(Struct, frozen=True):
    """A movement of the provider's balance: ``amount`` (signed) less ``fee`` is what moved, in the settlement
    currency. ``created`` is when, in seconds since 1970, ``type`` what the provider calls it."""

    id: str
    amount: int
    fee: int
    currency: str
    created: int = 0
    type: str = ""

    @property
    def net(self) -> int:
        return self.amount - self.fee


class Journal(Struct, frozen=True):
    """One event that moved money. ``id`` comes from the provider's object, so that one event is one journal.

    ``order_id`` is the order that it is about; ``settled`` how it moved the provider's balance, while it is posted.
    """

    id: str
    kind: str
    order_id: str
    entries: tuple[Entry, ...]
    settled: Settled | None = None


def journal(kind: str, about: str, order_id: str, entries: Iterable[Entry], settled: Settled | None = None) -> Journal:
    """The journal of this kind about this object of the provider. Entries of nothing are left out.

    Raises Unbalanced.
    """
    kept = tuple(entry for entry in entries if entry.amount != 0)
    must_balance(kept)
    return Journal(f"{kind}#{about}", kind, order_id, kept, settled)


def must_balance(entries: Iterable[Entry]) -> None:
    """Raises Unbalanced."""
    totals: dict[str, int] = defaultdict(int)
    for entry in entries:
        if type(entry.amount) is not int:
            raise Unbalanced(f"{entry.account} counts {entry.amount!r}, which is not whole")
        totals[entry.currency] += entry.amount
    if wrong := {currency: total for currency, total in totals.items() if total != 0}:
        raise Unbalanced(f"does not sum to 0: {wrong}")


def inverse(of: Journal, kind: str, about: str) -> Journal:
    """The journal that undoes another: its stored entries turned round, never a recomputation."""
    turned = (Entry(entry.account, entry.currency, -entry.amount) for entry in of.entries)
    return journal(kind, about, of.order_id, turned)
