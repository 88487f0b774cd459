"""A buyer's bank takes the money back, and gives it back or keeps it: order, access and books follow what is seen of
the dispute, in whatever order it is told.

What is out is reserved of the order's lines, so that nothing is refunded twice. Access is suspended while the money is
out, returns with it, and ends where it is lost. An inquiry reserves nothing: the provider lets it be answered by a
refund.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.audit import trail
from chalicelib.core import actors, clock, logs
from chalicelib.core.errors import Conflict
from chalicelib.core.money import apportion
from chalicelib.core.transactions import Transaction, all_or_nothing, decided
from chalicelib.ledger import earnings, entries, journals, postings
from chalicelib.ledger.entries import Settled
from chalicelib.ledger.returns import Taken
from chalicelib.orders import (
    collection,
    contested,
    declaring,
    earning,
    entitlement,
    refunding,
    returning,
    status,
    suspense,
)
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.contested import ENDED, KNOWN, LOST, OrderDisputed
from chalicelib.orders.models import (
    DECISION,
    DISPUTE,
    OVERPAID,
    PURCHASE,
    DisputeRow,
    LineRow,
    PaymentRow,
    RequestRow,
    dispute_row,
)
from chalicelib.orders.returning import PaymentUnknown
from chalicelib.payments import inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import Dispute

REFUSED_AT_ONCE = 20
"""Requests that one transaction rejects, with the lines that they reserved: with 21 lines, half of what it may hold."""
LOOKED_AT_AGAIN = timedelta(days=1)
ACTOR = actors.system("disputing")


class DisputeUnknown(Exception):
    """Its status, or how its money moved, is nothing that we know: a person looks, and nothing is guessed."""


class DisputeUncovered(Exception):
    """Requests have reserved what it took. The provider refuses them, which frees their part: then there is room."""


def note(dispute: Dispute, order_id: str, event: Event | None = None) -> None:
    """Enter what is new about a dispute. Raises NotFound, PaymentUnknown, DisputeUnknown, DisputeUncovered."""

    def decide(tx: Transaction) -> None:
        order = _decided(collection.read(order_id), dispute)
        if _enter(tx, order, dispute) or event is not None:
            inbox.finish(tx, event)

    decided(decide, Conflict)


def _decided(order: Order, dispute: Dispute) -> Order:
    """The order, of which nobody asks what the bank decides; some of it asked for in earlier transactions of their own,
    for no number of requests may keep a dispute out. At their commit: Moved."""
    while waiting := _overtaken(order, dispute):
        with all_or_nothing() as tx:
            parts = Counter[str]()
            for request in waiting[:REFUSED_AT_ONCE]:
                parts.subtract(request.parts)
                facts = {"rejected_at": clock.now(), "rejected_because": OrderDisputed.en}
                collection.change(tx, request, **facts, unfinished=None, due_at=None)
            refunding.reserve(tx, order, _payment(order, dispute), parts)
            told = {"dispute": dispute.id, "requests": len(waiting[:REFUSED_AT_ONCE])}
            trail.write(tx, ACTOR, "refund.overtaken", order.order_id, **told)
        order = collection.read(order.order_id)
    return order


def _overtaken(order: Order, dispute: Dispute) -> list[RequestRow]:
    """The requests that nobody decided, once the bank has the money by what is new of the dispute."""
    payment, row, new = _look(order, dispute)
    if not _is_news(payment, row, dispute, new) or payment.kind != PURCHASE:
        return []
    if row.out + sum(_taken(row, dispute, new)) == 0:
        return []
    return [request for request in order.requests if request.unfinished == DECISION]


def _enter(tx: Transaction, order: Order, dispute: Dispute) -> bool:
    payment, row, new = _look(order, dispute)
    if not _is_news(payment, row, dispute, new):
        return False
    seen = _Seen(tx, order, payment, row, dispute, new)
    seen.enter()
    return True


def _look(order: Order, dispute: Dispute) -> tuple[PaymentRow, DisputeRow, list[Settled]]:
    """What it is about, what is known of it, and the movements that are not. Raises PaymentUnknown, DisputeUnknown."""
    if dispute.status not in KNOWN:
        raise DisputeUnknown(dispute.status)
    row = order.dispute(dispute.id) or _begun(order, dispute)
    new = [move for move in dispute.moves if move.id not in row.moves]
    return _payment(order, dispute), row, new


def _payment(order: Order, dispute: Dispute) -> PaymentRow:
    payment = order.payment(dispute.payment_id)
    if payment is None:
        raise PaymentUnknown(dispute.payment_id)
    return payment


def _is_news(payment: PaymentRow, row: DisputeRow, dispute: Dispute, new: list[Settled]) -> bool:
    return not (row.version and not new and row.status == dispute.status and _is_covered(row, payment))


def _taken(row: DisputeRow, dispute: Dispute, new: list[Settled]) -> list[int]:
    """What each movement took of what is disputed, or below nothing gave back, in its currency. One too small to move
    anything in ours (3 fen are 0 cents) takes while nothing is out. Raises DisputeUnknown."""
    found, out = [], int(row.out)
    for move in new:
        amount = abs(move.amount) if move.currency == dispute.currency else dispute.amount
        found.append(amount if move.amount < 0 or (move.amount == 0 and out == 0) else -amount)
        out += found[-1]
    if not 0 <= out <= dispute.amount:
        raise DisputeUnknown(f"{out} of {dispute.amount} is out")
    return found


def _begun(order: Order, dispute: Dispute) -> DisputeRow:
    return DisputeRow(
        order.order_id,
        dispute_row(dispute.id),
        payment_id=dispute.payment_id,
        amount=dispute.amount,
        currency=dispute.currency,
        reason=dispute.reason,
        opened_at=clock.now(),
        moves={},
        parts={},
    )


def _is_covered(row: DisputeRow, payment: PaymentRow) -> bool:
    """Nothing more must be reserved: all of it is, or it is decided what it costs."""
    is_here = not contested.is_out(row)
    decided = payment.kind != PURCHASE or is_here or contested.is_lost(row)
    return decided or sum(row.parts.values()) == row.amount


class _Seen:
    """One sight of a dispute, and what it changes; each row is written once, at the end."""

    def __init__(
        self, tx: Transaction, order: Order, payment: PaymentRow, row: DisputeRow, dispute: Dispute, new: list[Settled]
    ) -> None:
        self.tx, self.order, self.payment, self.row, self.dispute, self.new = tx, order, payment, row, dispute, new
        self.was_suspended = contested.is_suspended(order)
        self.was_out = contested.is_out(row)
        self.lines = {line.row: line for line in order.lines}
        self.facts: dict[str, Any] = {}
        self.changed: dict[str, dict[str, Any]] = {}
        """What becomes of lines, by row."""
        self.reserved = payment.reserved
        self.earned = earning.of(order)

    def enter(self) -> None:
        self._post_moves()
        lost = self.dispute.status == LOST and self.row.out > 0
        if contested.is_lost(self.row) and self.row.out == 0:
            self._reprieve()
        if self.dispute.status in ENDED and not lost:
            self._must_be_over()
            self._release()
        else:
            self._cover()
        if lost and not contested.is_lost(self.row):
            self._lose()
        self._write()

    # Money

    def _post_moves(self) -> None:
        """J4 and J5, keyed by the movement; what they come to is what the bank has."""
        moves, out = dict(self.row.moves), int(self.row.out)
        for move, taken in zip(self.new, _taken(self.row, self.dispute, self.new), strict=True):
            told = (self.order.order_id, self.dispute.currency, abs(taken), move)
            journals.post(self.tx, postings.dispute_taken(*told) if taken > 0 else postings.dispute_given_back(*told))
            moves[move.id] = -taken
            out += taken
        self._set(moves=moves, out=out)

    def _must_be_over(self) -> None:
        """It ended and is not lost: then all of the money is here. Until the last movement is told, it is not over."""
        if self.dispute.status != contested.WON and self.row.out:
            raise DisputeUnknown(f"{self.dispute.status}, and {self.row.out} is out")

    def _lose(self) -> None:
        """J6: taken from those who had it; and from where it waited, where it bought nothing."""
        if self.row.out != self.row.amount:
            raise DisputeUnknown(f"{self.row.out} of {self.row.amount} is lost")
        if not _is_covered(self.row, self.payment) and any(_is_open(each) for each in self.order.requests):
            raise DisputeUncovered(self.dispute.id)
        took = {name: self._took(self.lines[name], part) for name, part in self.row.parts.items()}
        waiting = postings.OVERPAID if self.payment.kind == OVERPAID else postings.SUSPENSE
        taken = refunding.total(took)
        self.earned, authors = earnings.take(self.earned, taken.authors)
        told = (self.order.order_id, self.row.currency, self.row.out, taken, authors, waiting)
        name = self._journal(self.row.losses + 1)
        journals.post(self.tx, postings.dispute_lost(name, *told))
        declaring.back(self.tx, self.order, name, took)
        self._set(losses=self.row.losses + 1, taken=msgspec.to_builtins(took))

    def _took(self, line: LineRow, part: int) -> Taken:
        taken = refunding.next_part(line, part)
        self._book(line, part, refunding.taken_of(line).plus(taken))
        return taken

    def _reprieve(self) -> None:
        """J6r, the stored inverse: what was lost came back after all."""
        name = self._journal(self.row.losses)
        lost = refunding.posted(f"J6#{name}")
        journals.post(self.tx, entries.inverse(lost, "J6r", name))
        took = {row: msgspec.convert(told, Taken) for row, told in (self.row.taken or {}).items()}
        declaring.undone(self.tx, self.order, name, took)
        self.earned = earnings.give_back(self.earned, refunding.total(took).authors, lost)
        for row, taken in took.items():
            line = self.lines[row]
            self._book(line, -self.row.parts[row], refunding.taken_of(line).less(taken))
        self._set(reprieves=self.row.reprieves + 1, taken=None)

    def _journal(self, number: int) -> str:
        """A dispute that is lost, won on appeal, and lost again has several."""
        return self.dispute.id if number == 1 else f"{self.dispute.id}.{number}"

    # What it may cost

    def _cover(self) -> None:
        """Reserve of each line by what is left of it, as much as is there."""
        if _is_covered(self.row, self.payment):
            return
        left = {row: line.price - self._reserved(line) for row, line in self.lines.items()}
        left = {row: amount for row, amount in left.items() if amount}
        wanting = min(self.row.amount - sum(self.row.parts.values()), sum(left.values()))
        if wanting:
            more = {row: part for row, part in apportion(wanting, left).items() if part}
            parts = {row: self.row.parts.get(row, 0) + more.get(row, 0) for row in self.row.parts.keys() | more.keys()}
            self._reserve(more, 1)
            self._set(parts=parts)

    def _release(self) -> None:
        self._reserve(self.row.parts, -1)
        self._set(parts={})

    def _reserve(self, parts: dict[str, int], sign: int) -> None:
        for row, part in parts.items():
            line = self.lines[row]
            self.changed.setdefault(row, {})["reserved"] = self._reserved(line) + sign * part
            self.reserved += sign * part

    def _reserved(self, line: LineRow) -> int:
        return int(self.changed.get(line.row, {}).get("reserved", line.reserved))

    def _book(self, line: LineRow, part: int, taken: Taken) -> None:
        facts = {"booked": line.booked + part, "taken": msgspec.to_builtins(taken)}
        self.changed.setdefault(line.row, {}).update(facts)

    # Rows

    def _set(self, **facts: Any) -> None:
        for name, value in facts.items():
            setattr(self.row, name, value)
        self.facts |= facts

    def _write(self) -> None:
        before, now = self.row.status, clock.now()
        self._set(status=self.dispute.status, **self._due())
        over = self.dispute.status in ENDED and (self.dispute.status != contested.WON or self.row.out == 0)
        self._set(ended_at=(self.row.ended_at or now) if over else None, unfinished=None if over else DISPUTE)
        self._follow_order()
        if over and self._is_to_go_back():
            returning.ask_again(self.tx, self.order.order_id, self.payment, self._ended(now))
        for row, facts in self.changed.items():
            collection.change(self.tx, self.lines[row], **facts)
        waits = earning.held_again(self.payment, self.earned, now) if self.payment.kind == PURCHASE else {}
        if waits or self.reserved != self.payment.reserved:
            collection.change(self.tx, self.payment, reserved=self.reserved, **waits)
        if self.row.version:
            collection.change(self.tx, self.row, **self.facts)
        else:
            self.tx.insert(self.row, Moved())
            logs.incident("dispute_opened", order_id=self.order.order_id, dispute=self.dispute.id)
        told = {"dispute": self.dispute.id, "was": before, "became": self.dispute.status}
        trail.write(self.tx, ACTOR, "order.disputed", self.order.order_id, **told)

    def _is_to_go_back(self) -> bool:
        """It bought nothing, is here again, and people have not placed it meanwhile."""
        if self.payment.kind == PURCHASE or contested.is_lost(self.row):
            return False
        return self.payment.kind == OVERPAID or suspense.of(self.order, self.payment) > 0

    def _ended(self, now: datetime) -> str:
        return f"{self.dispute.id}:{clock.rfc3339(now)}"

    def _due(self) -> dict[str, Any]:
        """When somebody must answer; else when to look whether it ended unannounced."""
        due = clock.of(self.dispute.due_by) if self.dispute.due_by else None
        waits = due if self.dispute.status in contested.ANSWERABLE and due else clock.now() + LOOKED_AT_AGAIN
        return {"evidence_due_at": due, "due_at": None if self.dispute.status in ENDED else waits}

    def _follow_order(self) -> None:
        """The header, by whose version all of this is one decision; and access."""
        if self.payment.kind != PURCHASE:
            return collection.guard(self.tx, self.order)
        disputes = [each for each in self.order.disputes if each.row != self.row.row]
        order = self.order._replace(disputes=[*disputes, self.row])
        facts = contested.header_facts(order, self.row, self.was_out, clock.now())
        collection.guard(self.tx, self.order, **facts, **earning.facts(self.earned))
        suspended = contested.is_suspended(order)
        if suspended != self.was_suspended:
            follow = entitlement.end if suspended else entitlement.restore
            for line in self.order.lines:
                if not refunding.is_returned(line):
                    follow(self.tx, order, line)
        return None


def _is_open(request: Any) -> bool:
    return status.of_request(request) in ("review", "approved")
