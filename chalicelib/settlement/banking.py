"""What the provider pays out of our balance to our own bank, and what the bank sends back."""

from chalicelib.audit import trail
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, postings
from chalicelib.ledger.entries import Journal
from chalicelib.payments import inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Payout
from chalicelib.settlement.payees import ACTOR


def note(payout: Payout, event: Event | None = None) -> None:
    """Enter what of a payout is not entered yet, a movement a transaction."""
    told = (payout.id, payout.currency, payout.amount)
    if payout.settled:
        _enter(postings.payout(*told, payout.settled))
    if payout.returned:
        _enter(postings.payout_back(*told, payout.returned))
    with all_or_nothing() as tx:
        inbox.finish(tx, event)


def _enter(journal: Journal) -> None:
    if journals.find(journal.id):
        return
    try:
        with all_or_nothing() as tx:
            journals.post(tx, journal)
            trail.write(tx, ACTOR, "payout.entered", journal.id, kind=journal.kind)
    except journals.AlreadyPosted:
        pass
