"""What a line gives its holder, taken away and given back: a work, or the days of a pass."""

import msgspec

from chalicelib.catalog.cards import Card
from chalicelib.catalog.works import FileRef
from chalicelib.core.transactions import Transaction
from chalicelib.library import access
from chalicelib.orders import passing
from chalicelib.orders.collection import Order
from chalicelib.orders.models import LineRow


def end(tx: Transaction, order: Order, line: LineRow) -> None:
    """The holder has no more by this line; what another order gave stays. A gift that nobody has is no one's."""
    if order.holder_id is None:
        return
    if line.author_id:
        passing.end(tx, order, line, order.holder_id)
    else:
        access.revoke(tx, order.holder_id, line.work_id, access.order(order.order_id))


def restore(tx: Transaction, order: Order, line: LineRow) -> None:
    """The holder has it again, a pass for the days that it was for."""
    if order.holder_id is None:
        return
    if line.author_id:
        passing.restore(tx, order, line, order.holder_id)
    else:
        card, files = msgspec.convert(line.card, Card), msgspec.convert(line.files, list[FileRef])
        access.grant(tx, order.holder_id, card, files, access.order(order.order_id))
