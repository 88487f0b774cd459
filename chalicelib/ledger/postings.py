"""The journals that the platform knows, from what happened to their entries. Pure.

Signed minor units, debit +. The accounts: ``stripe_pending`` (taken, not yet in the balance), ``cash`` (Stripe's
balance), ``processor_fee``, ``tax``, ``commission``, ``author_held#<account>`` (earned, and on hold),
``author_available#<account>`` (what may be paid out), ``buyer_overpaid``, ``suspense``, ``dispute_receivable`` (what
banks took and may give back), ``dispute_fee``, ``fx_clearing`` (the two sides of an exchange), ``bank`` (what the
provider paid out to the platform).
"""

from collections.abc import Iterable, Mapping

from chalicelib.ledger.entries import Entry, Journal, Settled, inverse, journal
from chalicelib.ledger.returns import Taken

PENDING, CASH, FEE = "stripe_pending", "cash", "processor_fee"
TAX, COMMISSION, HELD, AVAILABLE = "tax", "commission", "author_held#", "author_available#"
OVERPAID, SUSPENSE, FX = "buyer_overpaid", "suspense", "fx_clearing"
DISPUTED, DISPUTE_FEE, BANK = "dispute_receivable", "dispute_fee", "bank"


def held(author_id: str) -> str:
    """The account of what an author has earned and cannot have yet."""
    return f"{HELD}{author_id}"


def available(author_id: str) -> str:
    """The account of what an author can be paid. In debt where more went back than was left."""
    return f"{AVAILABLE}{author_id}"


def author_of(account: str) -> str | None:
    """Whose account it is; None of the platform's own."""
    kind, _, author_id = account.partition("#")
    return author_id if f"{kind}#" in (HELD, AVAILABLE) else None


def sale(
    payment_id: str, order_id: str, currency: str, authors: Mapping[str, int], commission: int, tax: int
) -> Journal:
    """J1: a buyer paid an order."""
    gross = sum(authors.values()) + commission + tax
    return journal(
        "J1",
        payment_id,
        order_id,
        [
            Entry(PENDING, currency, gross),
            Entry(TAX, currency, -tax),
            *(Entry(held(author), currency, -part) for author, part in sorted(authors.items())),
            Entry(COMMISSION, currency, -commission),
        ],
    )


def second_payment(payment_id: str, order_id: str, currency: str, amount: int) -> Journal:
    """J1b: a buyer paid an order again."""
    entries = [Entry(PENDING, currency, amount), Entry(OVERPAID, currency, -amount)]
    return journal("J1b", payment_id, order_id, entries)


def unexplained_payment(payment_id: str, order_id: str, currency: str, amount: int) -> Journal:
    """J1r: a payment that buys nothing, such as one of a wrong amount. It waits in suspense for its refund."""
    entries = [Entry(PENDING, currency, amount), Entry(SUSPENSE, currency, -amount)]
    return journal("J1r", payment_id, order_id, entries)


def settlement(payment_id: str, order_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J1s: a payment of ``amount`` reached the provider's balance, less the fee. Keyed by the payment."""
    entries = [
        Entry(PENDING, currency, -amount),
        *_moved(currency, amount, settled, FEE),
    ]
    return journal("J1s", payment_id, order_id, entries, settled)


def refund_of_suspended(
    refund_id: str, order_id: str, account: str, currency: str, amount: int, settled: Settled
) -> Journal:
    """J2r: money that bought nothing goes back; ``account`` is where it waited. ``settled.amount`` is negative."""
    entries = [
        Entry(account, currency, amount),
        *_moved(currency, -amount, settled, FEE),
    ]
    return journal("J2r", refund_id, order_id, entries, settled)


def release(about: str, order_id: str, entries: Iterable[Entry]) -> Journal:
    """Rel: the hold is over, and what authors have of a sale is theirs to be paid."""
    return journal("Rel", about, order_id, entries)


def refund(
    refund_id: str, order_id: str, currency: str, taken: Taken, authors: Iterable[Entry], settled: Settled
) -> Journal:
    """J2: part of a sale goes back, and is taken from who had it; ``authors`` are the entries of what is theirs.
    ``settled.amount`` is negative."""
    entries = [
        *authors,
        *_taken_back(currency, taken),
        *_moved(currency, -taken.total, settled, FEE),
    ]
    return journal("J2", refund_id, order_id, entries, settled)


def dispute_taken(order_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J4: a bank took ``amount`` back, and the provider a fee. Keyed by the movement: a dispute may have several."""
    entries = [Entry(DISPUTED, currency, amount), *_moved(currency, -amount, settled, DISPUTE_FEE)]
    return journal("J4", settled.id, order_id, entries, settled)


def dispute_given_back(order_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J5: what a bank had taken came back."""
    entries = [Entry(DISPUTED, currency, -amount), *_moved(currency, amount, settled, DISPUTE_FEE)]
    return journal("J5", settled.id, order_id, entries, settled)


def dispute_lost(
    about: str, order_id: str, currency: str, amount: int, taken: Taken, authors: Iterable[Entry], waiting: str
) -> Journal:
    """J6: what a bank took stays taken, from those who had it; what nobody had is taken from where it ``waiting``."""
    entries = [
        Entry(DISPUTED, currency, -amount),
        *authors,
        *_taken_back(currency, taken),
        Entry(waiting, currency, amount - taken.total),
    ]
    return journal("J6", about, order_id, entries)


def transfer(transfer_id: str, author_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J7: an author was paid. ``settled.amount`` is negative."""
    entries = [Entry(available(author_id), currency, amount), *_moved(currency, -amount, settled, FEE)]
    return journal("J7", transfer_id, "", entries, settled)


def transfer_back(reversal_id: str, author_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J8: what an author was paid came back."""
    entries = [Entry(available(author_id), currency, -amount), *_moved(currency, amount, settled, FEE)]
    return journal("J8", reversal_id, "", entries, settled)


def payout(payout_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J9: the provider paid its balance out to the platform's bank. ``settled.amount`` is negative."""
    entries = [Entry(BANK, currency, amount), *_moved(currency, -amount, settled, FEE)]
    return journal("J9", payout_id, "", entries, settled)


def payout_back(payout_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J9r: the bank did not take a payout, and it came back."""
    entries = [Entry(BANK, currency, -amount), *_moved(currency, amount, settled, FEE)]
    return journal("J9r", payout_id, "", entries, settled)


def undone(of: Journal, kind: str, about: str, settled: Settled) -> Journal:
    """J3, J3r: the stored inverse, for the money is back on the provider's balance. Where it was exchanged, and came
    back at another rate, the difference stays in the exchange."""
    turned = inverse(of, kind, about)
    cash = [entry for entry in turned.entries if entry.account == CASH]
    if any(entry.account == FX for entry in of.entries) and cash != [Entry(CASH, settled.currency, settled.net)]:
        kept = [entry for entry in turned.entries if entry.account != CASH]
        kept += [Entry(FX, entry.currency, entry.amount) for entry in cash]
        moved = [Entry(CASH, settled.currency, settled.net), Entry(FX, settled.currency, -settled.net)]
        return journal(kind, about, of.order_id, [*kept, *moved], settled)
    return journal(kind, about, of.order_id, turned.entries, settled)


def unknown(settled: Settled) -> Journal:
    """JX: the provider's balance moved, and nothing that we know of explains it."""
    entries = [Entry(CASH, settled.currency, settled.net), Entry(SUSPENSE, settled.currency, -settled.net)]
    return journal("JX", settled.id, "", entries, settled)


def known_after_all(settled: Settled) -> Journal:
    """JXw: the movement was explained later, and is in the book as what it is. The inverse of JX, which moves nothing
    at the provider."""
    return inverse(unknown(settled), "JXw", settled.id)


def placed(settled: Settled, account: str) -> Journal:
    """JXr: two people agreed where a movement belongs that nothing explained."""
    return journal("JXr", settled.id, "", _out_of_suspense(settled.currency, settled.net, account))


def placed_of_order(placement_id: str, order_id: str, currency: str, amount: int, account: str) -> Journal:
    """JSr: two people agreed where money of an order belongs that would wait in suspense for ever; of a negative
    ``amount``, who bears what is missing there."""
    return journal("JSr", placement_id, order_id, _out_of_suspense(currency, amount, account))


def top_up(top_up_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J10: the platform's bank added to the balance."""
    entries = [Entry(BANK, currency, -amount), *_moved(currency, amount, settled, FEE)]
    return journal("J10", top_up_id, "", entries, settled)


def top_up_back(top_up_id: str, currency: str, amount: int, settled: Settled) -> Journal:
    """J10r: the bank took a top-up back. ``settled.amount`` is negative."""
    entries = [Entry(BANK, currency, amount), *_moved(currency, -amount, settled, FEE)]
    return journal("J10r", top_up_id, "", entries, settled)


def _out_of_suspense(currency: str, amount: int, account: str) -> list[Entry]:
    return [Entry(SUSPENSE, currency, amount), Entry(account, currency, -amount)]


def _taken_back(currency: str, taken: Taken) -> list[Entry]:
    """From the platform, and from what is the state's."""
    return [Entry(COMMISSION, currency, taken.commission), Entry(TAX, currency, taken.tax)]


def _moved(currency: str, amount: int, settled: Settled, fee: str) -> list[Entry]:
    """The provider's balance moved for this ``amount``, and kept a fee, which goes to the account ``fee``."""
    return [
        Entry(CASH, settled.currency, settled.net),
        Entry(fee, settled.currency, settled.fee),
        *_exchange(currency, amount, settled),
    ]


def _exchange(currency: str, amount: int, settled: Settled) -> list[Entry]:
    """What one currency gave and the other got. In one currency nothing is exchanged, and a difference is a defect that
    the journal's balance refuses."""
    if currency == settled.currency:
        return []
    return [Entry(FX, currency, amount), Entry(FX, settled.currency, -settled.amount)]
