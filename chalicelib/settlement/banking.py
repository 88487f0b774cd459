"""What moves between our balance at the provider and our own bank, as the provider tells it: payouts, top-ups, and what
came back of either."""

from collections.abc import Callable

from chalicelib.audit import trail
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, postings
from chalicelib.ledger.entries import Journal, Settled
from chalicelib.payments import inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Payout, TopUp
from chalicelib.settlement.payees import ACTOR

_Posting = Callable[[str, str, int, Settled], Journal]


def note_payout(payout: Payout, event: Event | None = None) -> None:
    _note(payout, postings.payout, postings.payout_back, event)


def note_top_up(top_up: TopUp, event: Event | None = None) -> None:
    _note(top_up, postings.top_up, postings.top_up_back, event)


def _note(told: Payout | TopUp, there: _Posting, back: _Posting, event: Event | None) -> None:
    """Enter what is not entered yet, a movement a transaction."""
    if told.settled:
        _enter(there(told.id, told.currency, told.amount, told.settled))
    if told.returned:
        _enter(back(told.id, told.currency, told.amount, told.returned))
    with all_or_nothing() as tx:
        inbox.finish(tx, event)


def _enter(journal: Journal) -> None:
    if journals.find(journal.id):
        return
    try:
        with all_or_nothing() as tx:
            journals.post(tx, journal)
            trail.write(tx, ACTOR, "bank.entered", journal.id, kind=journal.kind)
    except journals.AlreadyPosted:
        pass
