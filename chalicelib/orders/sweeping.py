"""What nobody was told of: late events, pages that ran out, payments whose balance transaction came unannounced.

Webhooks and streams are quick; these are sure.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from chalicelib.audit import trail
from chalicelib.core import actors, clock
from chalicelib.core.logs import logger
from chalicelib.core.transactions import all_or_nothing
from chalicelib.orders import collection, fulfilment, hearing
from chalicelib.orders.models import PAYMENT, SETTLEMENT, AnyRow, OrderRow, PaymentRow, Unfinished
from chalicelib.payments import gateway, inbox
from chalicelib.payments.inbox import Event
from chalicelib.payments.objects import OPEN

SETTLES_WITHIN = timedelta(minutes=10)
ACTOR = actors.system("sweeping")
AT_ONCE = 50
"""How many of a kind one run looks at, each with a question to Stripe or two; the next run goes on."""

T = TypeVar("T")


class Swept(Struct):
    """How many late ones of each kind were looked at without an error."""

    events: int
    unpaid: int
    unsettled: int


def sweep() -> Swept:
    """Look at everything that is late. One that fails holds up no other."""
    return Swept(
        events=_each(islice(inbox.late(), AT_ONCE), _hear),
        unpaid=_each(_due(PAYMENT, timedelta(0)), _look_for_payment),
        unsettled=_each(_due(SETTLEMENT, SETTLES_WITHIN), _look_for_settlement),
    )


def _due(waiting_for: str, patience: timedelta) -> Iterable[Any]:
    return AnyRow.by_unfinished.query(waiting_for, Unfinished.due_at < clock.now() - patience, limit=AT_ONCE)


def _each(found: Iterable[T], deed: Callable[[T], None]) -> int:
    done = 0
    for one in list(found):
        try:
            deed(one)
            done += 1
        except Exception as error:
            logger().exception("a sweep failed", exc_info=error)
    return done


def _hear(event: Event) -> None:
    try:
        hearing.hear(event)
    except Exception:
        inbox.failed(event)
        raise


def _look_for_payment(row: OrderRow) -> None:
    """An order whose page should have run out. Without a page nobody could pay: its address reached no one."""
    order = collection.read(row.order_id)
    if order.header.unfinished is None:  # the index was behind
        return
    if order.header.total == 0:
        fulfilment.give(order)
    elif order.header.session_id:
        session = gateway.read_checkout(order.header.session_id)
        hearing.observe(gateway.close_checkout(session.id) if session.status == OPEN else session)
    else:
        with all_or_nothing() as tx:
            collection.change(tx, order.header, expired_at=clock.now(), unfinished=None, due_at=None)
            trail.write(tx, ACTOR, "order.expired", order.order_id)


def _look_for_settlement(row: PaymentRow) -> None:
    fulfilment.take(gateway.read_payment(row.row.removeprefix("payment#")))
