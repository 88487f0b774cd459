"""Declaring tax at Stripe Tax: each sale that was taxed, each part of it that went back, and each of those that came
back after all. Decided with the journal that says the same, done once by the outbox.

What is declared is known by its reference: the order's id, the refund's, the dispute's. A reversal waits for what it
reverses, and takes of each line what its journal took.
"""

from collections.abc import Callable, Mapping

import msgspec

from chalicelib.audit import trail
from chalicelib.core import actors, logs
from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import Transaction, decided
from chalicelib.ledger.returns import Taken
from chalicelib.orders import collection
from chalicelib.orders.collection import Order
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task
from chalicelib.payments import taxes
from chalicelib.payments.objects import Declared

ACTOR = actors.system("declaring")
UNDONE = "-undone"


class NotDeclared(Exception):
    """What is to be reversed is not declared yet: the task comes again."""


def sale(tx: Transaction, order: Order) -> None:
    """Decide, with J1, that its tax is declared."""
    if order.header.tax_calculation:
        _put(tx, order, "declare_tax", order.order_id)


def back(tx: Transaction, order: Order, about: str, took: dict[str, Taken]) -> None:
    """Decide, with J2 or J6, that this is declared, too: what ``took`` says, by line."""
    if _is_of_sale(order, took):
        parts = {row: (taken.total, taken.tax) for row, taken in took.items()}
        _put(tx, order, "declare_tax_back", about, parts=parts)


def undone(tx: Transaction, order: Order, about: str, took: Mapping[str, object]) -> None:
    """Decide, with J3 or J6r, that what was declared is reversed: what was taken from these lines."""
    if _is_of_sale(order, took):
        _put(tx, order, "declare_tax_undone", about)


def declare(task: Task) -> None:
    """Raises ProviderUnavailable, ProviderDeclined."""
    order = collection.read(task.data["order_id"])
    calculation_id = order.header.tax_calculation
    _declare(order, order.order_id, lambda: taxes.declare(order.order_id, calculation_id, task.attempts))


def declare_back(task: Task) -> None:
    """Raises NotDeclared, ProviderUnavailable, ProviderDeclined."""
    order, about = collection.read(task.data["order_id"]), task.data["about"]
    parts = msgspec.convert(task.data["parts"], dict[str, tuple[int, int]])
    sold = _known(order, order.order_id)
    _declare(order, about, lambda: taxes.declare_back(sold, about, parts, task.attempts), sold)


def declare_undone(task: Task) -> None:
    """Raises NotDeclared, ProviderUnavailable, ProviderDeclined."""
    order, about = collection.read(task.data["order_id"]), task.data["about"]
    gone, name = _known(order, about), about + UNDONE
    _declare(order, name, lambda: taxes.declare_undone(gone, name, task.attempts), gone)


def _is_of_sale(order: Order, took: Mapping[str, object]) -> bool:
    """Whether there is something to declare: money that bought nothing was never taxed, whoever has it now."""
    return bool(order.header.tax_calculation and took)


def _put(tx: Transaction, order: Order, kind: str, about: str, **more: object) -> None:
    data = {"order_id": order.order_id, "about": about, **more}
    tasks.put(tx, "order-effects", kind, data, key=f"{kind}:{about}")


def _known(order: Order, reference: str) -> Declared:
    told = (order.header.tax_declared or {}).get(reference)
    if told is None:
        raise NotDeclared(reference)
    return msgspec.convert(told, Declared)


def _declare(order: Order, reference: str, ask: Callable[[], Declared], of: Declared | None = None) -> None:
    """Once; what is ``of`` something whose id nobody knows cannot be declared, and a person does it."""
    if reference in (order.header.tax_declared or {}):
        return
    found = Declared(None) if of and of.id is None else ask()
    if _keep(order.order_id, reference, found) and found.id is None:
        logs.incident("tax_untraced", order_id=order.order_id, reference=reference)


def _keep(order_id: str, reference: str, found: Declared) -> bool:
    """Whether it is new."""

    def decide(tx: Transaction) -> bool:
        order = collection.read(order_id)
        known = order.header.tax_declared or {}
        if reference in known:
            return False
        collection.change(tx, order.header, tax_declared={**known, reference: msgspec.to_builtins(found)})
        trail.write(tx, ACTOR, "tax.declared", order_id, reference=reference, transaction=found.id)
        return True

    return decided(decide, Conflict)
