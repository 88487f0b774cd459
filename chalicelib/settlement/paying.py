"""Paying authors what is theirs, and taking back what was paid too much: decided once, asked of the provider by the
outbox, entered as told.

One movement at a time is under way for a payee and currency, of an amount that is fixed before anybody asks for it;
whatever becomes of the asking, the book follows what the provider shows.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from chalicelib.accounts import authors
from chalicelib.audit import trail
from chalicelib.core import clock, ids, logs
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.money import least
from chalicelib.core.transactions import Transaction, all_or_nothing, decided
from chalicelib.ledger import journals, postings
from chalicelib.ledger.journals import Balance
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task
from chalicelib.payments import inbox, transfers
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Back, Transfer
from chalicelib.payments.wire import ProviderDeclined
from chalicelib.settlement import payees
from chalicelib.settlement.models import REVERSAL, TRANSFER, MoveRow, PayeeRow, move_row
from chalicelib.settlement.payees import ACTOR, PayeeMoved

AT_ONCE = 100
SUSPENDED = "account_suspended"


class TransferUnsettled(Exception):
    """The provider has not said yet how its balance moved: look again."""


class PayeeSuspended(Exception):
    """Since the transfer was begun; nothing was asked for."""


class PayeeUnknown(NotFound):
    """A transfer went to an account that is nobody's here."""


def today() -> datetime:
    """Until when a balance must have moved to be looked at now: each at most once a day, in UTC."""
    return datetime.combine(clock.now().date(), time(), UTC)


def _tomorrow() -> datetime:
    return today() + timedelta(days=1)


def due() -> list[Balance]:
    """What moved before today and was not looked at since. One query."""
    return list(journals.moved_balances(today(), AT_ONCE))


def look(balance: Balance) -> None:
    """Begin what the balance asks for: a transfer where the author is owed, a reversal where too much was paid. Less
    than the least that can be charged waits for more; who cannot be paid is asked after at the provider, once a day.
    What fails goes behind the others."""
    try:
        _look(balance)
    except Exception:
        journals.look_later(balance, today())
        raise


def _look(balance: Balance) -> None:
    payee = payees.find(balance.author_id)
    if payee is None:  # once they open an account, it is looked at again
        return journals.looked_at(balance)
    if not payee.payable and _is_enough(balance.currency, balance.owed):
        journals.look_later(balance, _tomorrow())  # whatever the provider says
        payee = payees.look(payee)
        if not payee.payable:
            return None
    owed = journals.balances_of(balance.author_id)["available"].get(balance.currency, 0)  # read after the payee was
    if owed > 0 and authors.is_suspended(balance.author_id):
        _withhold(payee, balance)
    elif payee.moving.get(balance.currency):  # it may yet be declined, and leave what was earned meanwhile
        journals.look_later(balance, _tomorrow())
    elif owed == balance.owed:
        _begin(payee, balance.currency, owed)
        journals.looked_at(balance)
    return None


def _withhold(payee: PayeeRow, balance: Balance) -> None:
    """Who is suspended is not paid, and owes what they owe; each day it is asked whether the account stands again."""
    if payee.withheld_at is None:
        with all_or_nothing() as tx:
            payees.change(tx, payee, withheld_at=clock.now())
            trail.write(tx, ACTOR, "payee.withheld", payee.account_id)
    journals.look_later(balance, _tomorrow())


def _is_enough(currency: str, owed: int) -> bool:
    return owed >= least(currency)


def _begin(payee: PayeeRow, currency: str, owed: int) -> None:
    if _is_enough(currency, owed) and payee.payable:
        _ask(payee, MoveRow(kind=TRANSFER, amount=owed, currency=currency))
    elif owed < 0 and (paid := _paid_last(payee, currency)):
        amount = min(-owed, paid.amount - paid.returned)
        _ask(payee, MoveRow(kind=REVERSAL, amount=amount, currency=currency, of=paid.provider_id))


def _paid_last(payee: PayeeRow, currency: str) -> MoveRow | None:
    """The newest transfer of which something is left to take back."""
    found = (move for move in payees.moves_of(payee.account_id) if move.kind == TRANSFER and move.done_at)
    return next((move for move in found if move.currency == currency and move.returned < move.amount), None)


def _ask(payee: PayeeRow, move: MoveRow) -> None:
    move_id, author_id = ids.new(), payee.account_id
    move.account_id, move.row, move.begun_at = author_id, move_row(move_id), clock.now()
    data = {"author_id": author_id, "move_id": move_id}
    with all_or_nothing() as tx:
        tx.insert(move)
        paid = {"withheld_at": None} if move.kind == TRANSFER else {}
        payees.change(tx, payee, moving={**payee.moving, move.currency: move_id}, **paid)
        tasks.put(tx, "order-effects", "move_money", data, key=f"move:{move_id}")
        told = {"move": move_id, "kind": move.kind, "amount": move.amount, "currency": move.currency}
        trail.write(tx, ACTOR, "payee.move_begun", author_id, **told)


def carry_out(task: Task) -> None:
    """Look first, then ask: whatever became of an earlier attempt, the money moves once. Raises ProviderUnavailable."""
    author_id, move_id = task.data["author_id"], task.data["move_id"]
    move, payee = payees.move(author_id, move_id), payees.find(author_id)
    if move is None or payee is None:
        raise LookupError(move_id)
    if move.done_at or move.declined_at:
        return
    try:
        note(_transferred(task, move, payee) if move.kind == TRANSFER else _taken_back(task, move))
    except ProviderDeclined as error:
        _decline(author_id, move_id, error.code or "declined")
    except PayeeSuspended:
        _decline(author_id, move_id, SUSPENDED)


def _transferred(task: Task, move: MoveRow, payee: PayeeRow) -> Transfer:
    move_id = task.data["move_id"]
    known = transfers.find_transfer(move_id)
    if known is None and authors.is_suspended(payee.account_id):
        raise PayeeSuspended(move_id)
    asked = (move_id, payee.account_id, task.attempts, payee.provider_id, move.amount, move.currency)
    return known or transfers.transfer(*asked)


def _taken_back(task: Task, move: MoveRow) -> Transfer:
    move_id, transfer = task.data["move_id"], transfers.read_transfer(str(move.of))
    if all(back.move_id != move_id for back in transfer.backs):
        transfers.take_back(transfer.id, move_id, task.attempts, move.amount)
        transfer = transfers.read_transfer(transfer.id)
    return transfer


def _decline(author_id: str, move_id: str, reason: str) -> None:
    """Nothing moved. A transfer is tried again tomorrow; what cannot be taken back is netted from what is earned."""

    def decide(tx: Transaction, payee: PayeeRow) -> bool:
        move = payees.move(author_id, move_id)
        if move is None or move.done_at or move.declined_at:
            return False
        payees.change(tx, move, declined_at=clock.now(), declined_because=reason)
        payees.change(tx, payee, moving=_without(payee, move_id))
        trail.write(tx, ACTOR, "payee.move_declined", author_id, move=move_id, reason=reason)
        return True

    _decided(author_id, decide)
    move = payees.move(author_id, move_id)
    if move and move.kind == TRANSFER:
        if reason != SUSPENDED:
            logs.incident("transfer_declined", author=author_id, reason=reason)
        journals.look_again(author_id, clock.now() + timedelta(days=1))


def note(transfer: Transfer, event: Event | None = None) -> None:
    """Enter a transfer and what came back of it, as far as that is not entered yet; each by a transaction of its own,
    for all move the same balance. Those made at the provider itself are adopted.

    Raises PayeeUnknown: one to an account that is nobody's here is left to who compares the books.
    """
    author_id = payees.author_of(transfer.destination)
    if author_id is None:
        raise PayeeUnknown
    if transfer.settled is None:
        raise TransferUnsettled(transfer.id)
    _decided(author_id, lambda tx, payee: _enter(tx, payee, transfer))
    for back in transfer.backs[::-1]:
        _decided(author_id, partial(_enter_back, transfer=transfer, back=back))
    with all_or_nothing() as tx:
        inbox.finish(tx, event)


def _enter(tx: Transaction, payee: PayeeRow, transfer: Transfer) -> bool:
    move = _of(payee, transfer)
    if transfer.settled is None or (move and move.done_at):
        return False
    journals.post(
        tx, postings.transfer(transfer.id, payee.account_id, transfer.currency, transfer.amount, transfer.settled)
    )
    facts: dict[str, Any] = {
        "provider_id": transfer.id,
        "done_at": clock.now(),
        "declined_at": None,
        "declined_because": None,
    }
    if move:
        payees.change(tx, move, **facts)
    else:
        row = move_row(transfer.id)
        told: dict[str, Any] = {
            "kind": TRANSFER,
            "amount": transfer.amount,
            "currency": transfer.currency,
            "begun_at": clock.now(),
        }
        tx.insert(MoveRow(payee.account_id, row, provider_id=transfer.id, done_at=clock.now(), **told), PayeeMoved())
    _end(tx, payee, transfer.move_id, transfer=transfer.id, amount=transfer.amount)
    return True


def _enter_back(tx: Transaction, payee: PayeeRow, transfer: Transfer, back: Back) -> bool:
    paid = _of(payee, transfer)
    if paid is None or back.id in (paid.reversals or {}):
        return False
    if back.settled is None:
        raise TransferUnsettled(back.id)
    journals.post(tx, postings.transfer_back(back.id, payee.account_id, transfer.currency, back.amount, back.settled))
    known = {**(paid.reversals or {}), back.id: back.amount}
    payees.change(tx, paid, returned=sum(known.values()), reversals=known)
    if (move := payees.move(payee.account_id, back.move_id)) and not move.done_at:
        payees.change(tx, move, provider_id=back.id, done_at=clock.now(), declined_at=None, declined_because=None)
    _end(tx, payee, back.move_id, reversal=back.id, amount=back.amount)
    return True


def _of(payee: PayeeRow, transfer: Transfer) -> MoveRow | None:
    """What a transfer is here: by the move that asked for it, or as it was adopted."""
    asked = payees.move(payee.account_id, transfer.move_id) if transfer.move_id else None
    return asked or payees.move(payee.account_id, transfer.id)


def _end(tx: Transaction, payee: PayeeRow, move_id: str, **told: object) -> None:
    """The movement is over: the next may begin."""
    payees.change(tx, payee, moving=_without(payee, move_id))
    trail.write(tx, ACTOR, "payee.moved", payee.account_id, move=move_id, **told)


def _without(payee: PayeeRow, move_id: str) -> dict[str, str]:
    return {currency: moving for currency, moving in payee.moving.items() if moving != move_id}


def _decided(author_id: str, decide: Callable[[Transaction, PayeeRow], bool]) -> None:
    """Decide on the payee as it is, where there is one."""
    decided(lambda tx: (payee := payees.find(author_id)) and decide(tx, payee), Conflict)
