"""What nobody was told of: late events, pages that ran out, payments and refunds whose end came unannounced.

Webhooks and streams are quick; these are sure.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from chalicelib.audit import trail
from chalicelib.core import actors, aws, clock, logs
from chalicelib.core.errors import Unavailable
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import (
    collection,
    discounting,
    disputing,
    fulfilment,
    hearing,
    passing,
    releasing,
    returning,
    unsubscribing,
)
from chalicelib.orders.models import (
    DISPUTE,
    ENDING,
    PAYMENT,
    REFUND,
    RELEASE,
    SETTLEMENT,
    SUBSCRIPTION,
    AnyRow,
    DisputeRow,
    OrderRow,
    PaymentRow,
    RefundRow,
    Unfinished,
)
from chalicelib.payments import contests, gateway, inbox, replaying
from chalicelib.payments.inbox import Event
from chalicelib.settlement import paying

SETTLES_WITHIN = timedelta(minutes=10)
AGAIN = timedelta(minutes=30)
"""What was looked at and still waits goes behind the others for so long: what is stuck starves nothing."""

ACTOR = actors.system("sweeping")
AT_ONCE, SECONDS = 50, 5.0
"""How many of a kind one run looks at, each with a question to Stripe or two, and for how long; the next run goes on.
So all kinds fit into the minute that a run may take. Pages come last: anybody may open them by the hundred."""

T = TypeVar("T")


class Swept(Struct):
    """How many late ones of each kind were looked at without an error; ``missed`` are events that never reached us."""

    missed: int
    events: int
    unpaid: int
    unsettled: int
    refunds: int
    disputes: int
    passes: int
    subscriptions: int
    releases: int
    payees: int


def sweep() -> Swept:
    """Look at everything that is late, and say how late the oldest event is. One that fails holds up no other."""
    missed = _replay()
    late = list(islice(inbox.late(), AT_ONCE))
    logs.measure("InboxAge", late[0].waited if late else 0)
    return Swept(
        missed=missed,
        events=_each(late, _hear),
        releases=_each(_due(RELEASE, timedelta(0)), _in_turn(releasing.release, timedelta(days=1))),
        payees=_each(paying.due(), paying.look),
        unsettled=_each(_due(SETTLEMENT, SETTLES_WITHIN), _in_turn(_look_for_settlement)),
        refunds=_each(_due(REFUND, SETTLES_WITHIN), _in_turn(_look_for_refund)),
        disputes=_each(_due(DISPUTE, timedelta(0)), _in_turn(_look_for_dispute, timedelta(days=1))),
        passes=_each(_due(ENDING, timedelta(0)), _in_turn(passing.tell)),
        subscriptions=_each(_due(SUBSCRIPTION, timedelta(0)), _in_turn(unsubscribing.look)),
        unpaid=_each(_due(PAYMENT, timedelta(0)), _in_turn(_look_for_payment)),
    )


def _replay() -> int:
    try:
        return replaying.replay()
    except Exception as error:
        logs.failed("a sweep failed", error)
        return 0


def _due(waiting_for: str, patience: timedelta) -> Iterable[Any]:
    return AnyRow.by_unfinished.query(waiting_for, Unfinished.due_at < clock.now() - patience, limit=AT_ONCE)


def _each(found: Iterable[T], deed: Callable[[T], None]) -> int:
    done, began = 0, clock.ticks()
    for one in list(found):
        try:
            deed(one)
            done += 1
        except Exception as error:
            logs.failed("a sweep failed", error)
        if clock.ticks() - began > SECONDS:
            break
    return done


def _in_turn(look: Callable[[Any], None], again: timedelta = AGAIN) -> Callable[[Any], None]:
    """Whatever comes of the look, what then still waits as it did goes to the end of the line."""

    def look_and_step_back(row: Any) -> None:
        try:
            look(row)
        finally:
            _step_back(row, again)

    return look_and_step_back


def _step_back(row: Any, again: timedelta) -> None:
    """Not by the row's version: nobody who decides by what an order knows must decide again for this."""
    waits = (AnyRow.unfinished == row.unfinished) & (AnyRow.due_at == row.due_at)
    AnyRow(row.order_id, row.row).update_if(waits, [AnyRow.due_at.set(clock.now() + again)])


def _hear(event: Event) -> None:
    """A service that does not answer says nothing against the event."""
    try:
        hearing.hear(event)
    except Exception as error:
        if not isinstance(error, Unavailable) and not aws.is_passing(error):
            inbox.failed(event)
        raise


def _look_for_payment(row: OrderRow) -> None:
    """An order whose page should have run out. Without a page nobody could pay: its address reached no one, or the
    provider knows of none."""
    order = collection.read(row.order_id)
    if order.header.unfinished is None:  # the index was behind
        return
    page = gateway.close_checkout(order.header.session_id) if order.header.session_id else None
    if order.header.total == 0:
        fulfilment.give(order)
    elif page:
        hearing.observe(page)
    else:
        with all_or_nothing() as tx:
            over = {"expired_at": clock.now(), **discounting.give_back(tx, order.header)}
            collection.change(tx, order.header, **over, unfinished=None, due_at=None)
            trail.write(tx, ACTOR, "order.expired", order.order_id)


def _look_for_settlement(row: PaymentRow) -> None:
    fulfilment.take(gateway.read_payment(row.row.removeprefix("payment#")))


def _look_for_dispute(row: DisputeRow) -> None:
    disputing.note(contests.read_dispute(row.row.removeprefix("dispute#")), row.order_id)


def _look_for_refund(row: RefundRow) -> None:
    returning.note(gateway.read_refund(row.row.removeprefix("refund#")), row.order_id)
