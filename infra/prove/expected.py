"""What histories must have seen, each often: every kind of journal, and every transition of the state machines
(docs/decisions/0027). What else was seen, such as a dispute of which two changes were told at once, is counted too."""

from __future__ import annotations

from collections import Counter
from itertools import chain, product

JOURNALS = (
    *("J1", "J1r", "J1b", "J1s", "Rel", "J2", "J2r", "J3", "J3r", "J4", "J5", "J6", "J6r"),
    *("J7", "J8", "J9", "J9r", "J10", "J10r", "JX", "JXw", "JXr", "JSr"),
)
_UNPAID = ("awaiting", "processing", "expired", "canceled", "failed")
_MACHINES: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "order": [
        (("–",), ("created",)),
        (("created",), ("awaiting", "paid")),
        (("created", "awaiting"), ("processing", "canceled")),
        (_UNPAID, ("paid", "review")),
        (("awaiting",), ("expired",)),
        (("processing",), ("failed",)),
        (("review",), ("returned",)),
        (("paid",), ("partially_refunded", "refunded", "disputed")),
        (("partially_refunded",), ("refunded", "paid", "disputed")),
        (("refunded",), ("paid", "partially_refunded")),
        (("disputed",), ("paid", "partially_refunded", "charged_back")),
    ],
    "request": [
        (("–",), ("review", "approved")),
        (("review",), ("approved", "rejected")),
        (("approved",), ("refunded", "failed")),
        (("refunded",), ("failed",)),
    ],
    "dispute": [
        (("–",), ("warning_needs_response", "needs_response")),
        (("warning_needs_response",), ("needs_response", "warning_closed")),
        (("needs_response",), ("under_review", "won", "lost")),
        (("under_review",), ("won", "lost")),
        (("won", "lost"), ("appeal_under_review",)),
        (("appeal_under_review",), ("won", "lost")),
    ],
    "transfer": [
        (("–",), ("moving",)),
        (("moving",), ("done", "declined")),
        (("done",), ("partly returned", "returned")),
    ],
    "subscription": [
        (("–",), ("created",)),
        (("created",), ("awaiting",)),
        (("awaiting",), ("active", "expired")),
        (("active",), ("past_due", "ending", "ended")),
        (("past_due",), ("active", "ending")),
        (("ending",), ("ended",)),
    ],
    "placement": [(("–",), ("waiting",)), (("waiting",), ("approved", "rejected"))],
    "reversal": [(("–",), ("moving",)), (("moving",), ("done", "declined"))],
}
TRANSITIONS = tuple(
    f"{machine}: {before} → {after}"
    for machine, moves in _MACHINES.items()
    for before, after in chain.from_iterable(product(*move) for move in moves)
)


def rarest(counted: Counter[str], names: tuple[str, ...]) -> tuple[str, int]:
    """The one of these that was seen least, which may be never."""
    name = min(names, key=lambda one: counted[one])
    return name, counted[name]
