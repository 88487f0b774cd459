"""Where money of an order belongs that would wait in suspense for ever: its way back failed for good, or a bank took
more than was left. One admin proposes it, another approves, and one journal (JSr) takes it out.

Whatever changes what is in suspense changes the order's header, and so does this: of two of them one looks again. A
task that was put aside before it could send the money back ends with the approval.
"""

from chalicelib.audit import trail
from chalicelib.core import clock, ids
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.money import written
from chalicelib.core.transactions import Transaction, decided
from chalicelib.ledger import journals, postings, proposals
from chalicelib.ledger.journals import AlreadyPosted
from chalicelib.ledger.proposals import ProposalWaits
from chalicelib.ledger.shapes import ProposalDecision
from chalicelib.orders import asking, collection, history, returning, suspense
from chalicelib.orders.asking import AlreadyDecided
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.models import PLACEMENT, PaymentRow, PlacementRow, placement_row
from chalicelib.orders.shapes import NewPlacement, OrdersQuery, PlacementView, SuspenseView
from chalicelib.outbox import tasks


class NothingToPlace(Conflict):
    """Nothing of the payment is in suspense, or not what was proposed any more."""

    en = "Nothing of this payment is in suspense, or its amount changed since this was proposed."
    zh = "该付款没有待查款项，或其金额在提议之后已有变化。"


class MayGoBack(Conflict):
    """It may still leave suspense by itself."""

    en = "This money is on its way back, or a bank has not decided on it: wait for what becomes of it."
    zh = "该款项正在退回，或银行尚未作出决定：请等待结果。"


def waiting(admin: Actor, query: OrdersQuery) -> Page[PlacementView]:
    """The proposals that wait for a second person, the oldest first. One query. Raises BadCursor."""
    return history.waiting(admin, query, PLACEMENT, "placements", _view)


def of(order_id: str) -> list[SuspenseView]:
    """Each payment of which something is in suspense, or was placed. Raises NotFound."""
    order = collection.read(order_id)
    shown = [_shown(order, payment) for payment in order.payments]
    return [each for each in shown if each.amount or each.placements]


def propose(admin: Actor, order_id: str, wanted: NewPlacement) -> PlacementView:
    """All of it that is there now.

    Raises NotFound, OwnRequest, NothingToPlace, MayGoBack, ProposalWaits, OwnProposal, AuthorUnknown.
    """

    def decide(tx: Transaction) -> PlacementView:
        order = collection.read(order_id)
        asking.must_be_neither_side(admin, order)
        payment = _find(order, wanted.payment_id)
        if any(row.unfinished and row.payment_id == wanted.payment_id for row in order.placements):
            raise ProposalWaits
        amount = _amount(order, payment)
        if _may_go_back(order, payment):
            raise MayGoBack
        row = PlacementRow(
            order_id,
            placement_row(ids.new()),
            payment_id=wanted.payment_id,
            amount=amount,
            currency=payment.currency,
            proposal=proposals.begin(admin, wanted, asking.sellers_of(order)),
            unfinished=PLACEMENT,
            due_at=clock.now(),
        )
        collection.guard(tx, order)
        tx.insert(row, Moved())
        trail.write(tx, admin, "suspense.placement_proposed", order_id, **_told(row))
        return _view(row)

    return decided(decide, Moved)


def decide(admin: Actor, order_id: str, placement_id: str, decision: ProposalDecision) -> PlacementView:
    """Raises NotFound, OwnRequest, AlreadyDecided, OwnProposal, NothingToPlace, MayGoBack."""

    def settle(tx: Transaction) -> PlacementView:
        order = collection.read(order_id)
        row = order.placement(placement_id)
        if row is None:
            raise NotFound
        asking.must_be_neither_side(admin, order)
        if not row.unfinished:
            raise AlreadyDecided
        proposals.must_be_anothers(admin, row.proposal, decision.approve)
        if decision.approve:
            _place(tx, order, row)
        collection.guard(tx, order)
        facts = {"approved": decision.approve, "decided_by": admin.party_id, "decided_at": clock.now()}
        collection.change(tx, row, **facts, decided_because=decision.because, unfinished=None, due_at=None)
        what = "suspense.placed" if decision.approve else "suspense.placement_rejected"
        trail.write(tx, admin, what, order_id, **_told(row), proposed_by=row.proposal["proposed_by"])
        return _view(row)

    return decided(settle, Moved, AlreadyPosted)


def _place(tx: Transaction, order: Order, row: PlacementRow) -> None:
    payment = _find(order, row.payment_id)
    if suspense.is_moving(order, payment):
        raise MayGoBack
    if _amount(order, payment) != row.amount:
        raise NothingToPlace
    for task in returning.tasks_of(payment):
        tasks.call_off(tx, task, MayGoBack())
    told = (order.order_id, row.currency, row.amount, proposals.account_of(row.proposal))
    journals.post(tx, postings.placed_of_order(_id(row), *told))


def _find(order: Order, payment_id: str) -> PaymentRow:
    """Raises NotFound."""
    payment = order.payment(payment_id)
    if payment is None:
        raise NotFound
    return payment


def _amount(order: Order, payment: PaymentRow) -> int:
    """Raises NothingToPlace."""
    amount = suspense.of(order, payment)
    if not amount:
        raise NothingToPlace
    return amount


def _may_go_back(order: Order, payment: PaymentRow) -> bool:
    return suspense.is_moving(order, payment) or any(map(tasks.is_tried, returning.tasks_of(payment)))


def _id(row: PlacementRow) -> str:
    return str(row.row.removeprefix("placement#"))


def _told(row: PlacementRow) -> dict[str, object]:
    kept = row.proposal
    return {"placement": _id(row), "amount": row.amount, "account": kept["account"], "author": kept["author_id"]}


def _shown(order: Order, payment: PaymentRow) -> SuspenseView:
    payment_id, amount = payment.row.removeprefix("payment#"), suspense.of(order, payment)
    return SuspenseView(
        payment_id=payment_id,
        kind=payment.kind,
        amount=amount,
        currency=payment.currency,
        written_amount=written(payment.currency, amount),
        may_go_back=bool(amount) and _may_go_back(order, payment),
        placements=[_view(row) for row in order.placements if row.payment_id == payment_id],
    )


def _view(row: PlacementRow) -> PlacementView:
    return PlacementView(
        placement_id=_id(row),
        order_id=row.order_id,
        payment_id=row.payment_id,
        status="waiting" if row.unfinished else "approved" if row.approved else "rejected",
        amount=row.amount,
        currency=row.currency,
        written_amount=written(row.currency, row.amount),
        **{name: row.proposal[name] for name in ("account", "author_id", "because", "proposed_by", "proposed_at")},
        decided_by=row.decided_by,
        decided_at=clock.rfc3339(row.decided_at) if row.decided_at else None,
        decided_because=row.decided_because,
    )
