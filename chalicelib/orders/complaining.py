"""Complaints about what was bought, of which the provider knows nothing: a buyer says what is wrong, both sides speak,
and somebody who is neither decides. Meanwhile what authors earned by the order stays held.

Money goes back by a request for a refund like any other, also where the rules alone would not send it. A line is
complained of once, so that nobody keeps authors from their money for ever.
"""

from datetime import timedelta

import msgspec

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.core import clock
from chalicelib.core.actors import Actor, Role
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.idempotency import Once
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction, decided
from chalicelib.core.validation import FieldInvalid
from chalicelib.orders import asking, collection, contested, history, refunding
from chalicelib.orders.asking import AlreadyDecided, NothingToRefund
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.contested import OrderDisputed
from chalicelib.orders.models import COMPLAINT, ComplaintRow, LineRow, complaint_row
from chalicelib.orders.shapes import ComplaintToDecide, ComplaintView, NewComplaint, NewReply, OrdersQuery, Ruling

WITHIN = timedelta(days=180)
ANSWER_WITHIN = timedelta(days=3)
MOST_SAID, MOST_BYTES = 10, 40_000
"""What each side says of a complaint, one item of 400 KB at most: in how many replies, and in how many bytes."""


class NothingToComplainOf(Conflict):
    """The order is not paid, or was half a year ago."""

    en = "Complaints are for what was paid for within 180 days."
    zh = "仅可对付款后 180 天内的订单提出投诉。"


class AlreadyComplained(Conflict):
    """A work of an order is complained of once."""

    en = "You complained about this already: see your order for what became of it."
    zh = "您已就此提出过投诉：处理情况请见订单。"


class ComplaintClosed(Conflict):
    """It is decided, or who speaks has said enough."""

    en = "This complaint is decided, or you have said as much as you may: {replies} replies, and {bytes} bytes."
    zh = "该投诉已有决定，或您的陈述已达上限：{replies} 条回复，共 {bytes} 字节。"


def complain(buyer: Actor, order_id: str, wanted: NewComplaint, once: Once) -> ComplaintView:
    """Raises NotFound, FieldInvalid, NothingToComplainOf, AlreadyComplained, OrderDisputed, AlreadyClaimed."""

    def decide(tx: Transaction) -> ComplaintView:
        order = history.one_of_mine(buyer, order_id)
        row = _begun(order, _line(order, wanted.work_id), wanted, once.subject)
        shown = history.complaint_view(row, order.lines)
        once.claim(tx, (201, msgspec.json.encode(shown), location(order_id, once.subject)))
        collection.guard(tx, order)
        tx.insert(row, Moved())
        _ask_sellers(tx, order, row)
        trail.write(tx, buyer, "complaint.opened", order_id, complaint=once.subject, kind=wanted.kind)
        return shown

    return decided(decide, Moved)


def location(order_id: str, complaint_id: str) -> str:
    return f"/v1/orders/{order_id}/complaints/{complaint_id}"


def _line(order: Order, work_id: str) -> LineRow:
    found = next((line for line in order.lines if line.work_id == work_id), None)
    if found is None:
        raise FieldInvalid("work_id", "is not of this order", "不属于该订单")
    return found


def _begun(order: Order, line: LineRow, wanted: NewComplaint, complaint_id: str) -> ComplaintRow:
    now, paid_at = clock.now(), order.header.paid_at
    if paid_at is None or now - paid_at > WITHIN:
        raise NothingToComplainOf
    if contested.is_frozen(order):
        raise OrderDisputed
    if any(row.line == line.row for row in order.complaints):
        raise AlreadyComplained
    return ComplaintRow(
        order.order_id,
        complaint_row(complaint_id),
        line=line.row,
        kind=wanted.kind,
        text=wanted.text,
        said=[],
        opened_at=now,
        answer_due_at=now + ANSWER_WITHIN,
        unfinished=COMPLAINT,
        due_at=now,
    )


def one(actor: Actor, order_id: str, complaint_id: str) -> ComplaintView:
    """For both sides, and for who decides. Raises NotFound."""
    order, row = _find(order_id, complaint_id)
    if not actor.has(Role.ADMIN):
        _side(actor, order, row)
    return history.complaint_view(row, order.lines)


def waiting(admin: Actor, query: OrdersQuery) -> Page[ComplaintToDecide]:
    """The complaints that wait for somebody to decide, oldest first. One query. Raises BadCursor."""
    return history.waiting(admin, query, COMPLAINT, "complaints", history.complaint_to_decide)


def say(actor: Actor, order_id: str, complaint_id: str, wanted: NewReply) -> ComplaintView:
    """The same again is said once. Raises NotFound, ComplaintClosed."""

    def decide(tx: Transaction) -> ComplaintView:
        order, row = _find(order_id, complaint_id)
        said, side = list(row.said), _side(actor, order, row)
        if not said or (said[-1]["by"], said[-1]["text"]) != (side, wanted.text):
            mine = [each["text"] for each in said if each["by"] == side]
            if row.decided_at or len(mine) >= MOST_SAID or _size([*mine, wanted.text]) > MOST_BYTES:
                raise ComplaintClosed(replies=MOST_SAID, bytes=MOST_BYTES)
            told = {"by": side, "text": wanted.text, "at": clock.rfc3339(clock.now())}
            collection.change(tx, row, said=[*said, told])
            trail.write(tx, actor, "complaint.answered", order_id, complaint=complaint_id)
        return history.complaint_view(row, order.lines)

    return decided(decide, Moved)


def _size(texts: list[str]) -> int:
    return len(msgspec.json.encode(texts))


def rule(admin: Actor, order_id: str, complaint_id: str, ruling: Ruling) -> ComplaintView:
    """Send money back, by a request that large amounts let a second admin approve; or dismiss it.

    Raises NotFound, OwnRequest, AlreadyDecided, OrderDisputed, NothingToRefund, MethodClosed, AmountTooHigh.
    """

    def decide(tx: Transaction) -> ComplaintView:
        order, row = _find(order_id, complaint_id)
        asking.must_be_neither_side(admin, order)
        if row.decided_at:
            raise AlreadyDecided
        amount = _uphold(tx, admin, order, row, ruling) if ruling.uphold else _dismiss(tx, order)
        facts = {"upheld": ruling.uphold, "because": ruling.because, "decided_at": clock.now()}
        collection.change(tx, row, **facts, unfinished=None, due_at=None)
        _tell_buyer(tx, order, row, amount)
        what = "complaint.upheld" if ruling.uphold else "complaint.dismissed"
        trail.write(tx, admin, what, order_id, complaint=complaint_id, amount=amount)
        return history.complaint_view(row, order.lines)

    return decided(decide, Moved)


def _uphold(tx: Transaction, admin: Actor, order: Order, row: ComplaintRow, ruling: Ruling) -> int:
    """How much goes back; the request that it goes by has the complaint's id."""
    if contested.is_frozen(order):
        raise OrderDisputed
    payment, line = order.purchase, next(each for each in order.lines if each.row == row.line)
    amount = asking.part_of(line, ruling.amount)
    if payment is None or amount <= 0:
        raise NothingToRefund
    asking.must_be_open(payment)
    alone = asking.approvals_needed(order, amount) == 1
    complaint_id, parts = row.row.removeprefix("complaint#"), {line.row: amount}
    facts = {"text": row.text, "approvals": [admin.party_id], **refunding.approved(at_once=alone)}
    request = refunding.asked(order, payment, complaint_id, parts, ["complaint"], **facts)
    refunding.reserve(tx, order, payment, parts)
    tx.insert(request, Moved())
    if alone:
        refunding.submit(tx, order.order_id, complaint_id)
    return amount


def _dismiss(tx: Transaction, order: Order) -> int:
    collection.guard(tx, order)
    return 0


def _find(order_id: str, complaint_id: str) -> tuple[Order, ComplaintRow]:
    """Raises NotFound."""
    order = collection.read(order_id)
    row = order.complaint(complaint_id)
    if row is None:
        raise NotFound
    return order, row


def _side(actor: Actor, order: Order, row: ComplaintRow) -> str:
    """Raises NotFound, where it is neither's."""
    if actor.party_id == order.header.buyer_id:
        return "buyer"
    if actor.party_id in _sellers(order, row):
        return "seller"
    raise NotFound


def _sellers(order: Order, row: ComplaintRow) -> list[str]:
    return sorted(next(line.shares for line in order.lines if line.row == row.line))


def _ask_sellers(tx: Transaction, order: Order, row: ComplaintRow) -> None:
    told = {"text": row.text, "until": clock.rfc3339(row.answer_due_at)[:10]}
    for seller in _sellers(order, row):
        _write(tx, "complaint_opened", seller, order, row, **told)


def _tell_buyer(tx: Transaction, order: Order, row: ComplaintRow, amount: int) -> None:
    letter = "complaint_upheld" if row.upheld else "complaint_dismissed"
    told = {"because": row.because or "", "amount": written(order.header.currency, amount)}
    _write(tx, letter, order.header.buyer_id, order, row, **told)


def _write(tx: Transaction, letter: str, to: str, order: Order, row: ComplaintRow, **facts: str) -> None:
    title = next(line.card["title"] for line in order.lines if line.row == row.line)
    mailing.send(tx, letter, to, order_id=order.order_id, title=title, **facts)
