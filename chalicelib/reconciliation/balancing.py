"""How far the book was compared, and whether its cash is Stripe's balance, by currency (I4)."""

from pynamodb.expressions.update import Action

from chalicelib.core import clock, logs
from chalicelib.core.tables import keep_facts
from chalicelib.ledger import movements
from chalicelib.payments import movements as provider
from chalicelib.reconciliation import findings
from chalicelib.reconciliation.models import MISSING, ComparisonRow

TRIES = 3


def last() -> ComparisonRow | None:
    try:
        return ComparisonRow.get("comparison", "comparison", consistent_read=True)
    except ComparisonRow.DoesNotExist:
        return None


def compared_until() -> int | None:
    row = last()
    return row.until if row else None


def mark(until: int) -> None:
    """Everything before is compared. A run that was overtaken says nothing."""
    further = ComparisonRow.until.does_not_exist() | (ComparisonRow.until <= until)
    done: list[Action] = [ComparisonRow.until.set(until), ComparisonRow.compared_at.set(clock.now())]
    ComparisonRow().update_if(further, done)


def check(until: int) -> None:
    """Hold the sums against each other, where both stand still for a moment; else the next run does. Raises
    ProviderUnavailable."""
    for _ in range(TRIES):
        before = provider.balance()
        expected = _expected(until)
        if before == provider.balance():
            off = _differences(before, expected)
            facts = {"balance": before, "off": off, "balanced_at": clock.now()}
            row = ComparisonRow()
            row.update(actions=keep_facts(row, facts))
            if off:
                logs.incident("balance_differs", len(off), **off)
            return


def _expected(until: int) -> dict[str, int]:
    """What the balance must be: what the book says until then, what it misses of that, and what moved since."""
    sums = movements.cash(until)
    missing = [findings.settled_of(row) for row in findings.open_ones() if row.kind == MISSING]
    since = provider.between(until, int(clock.timestamp()) + 1)
    for settled in (*(each for each in missing if each.created < until and not movements.find(each)), *since):
        sums[settled.currency] = sums.get(settled.currency, 0) + settled.net
    return sums


def _differences(balance: dict[str, int], expected: dict[str, int]) -> dict[str, int]:
    """By how much the balance is more than it must be."""
    more = {name: balance.get(name, 0) - expected.get(name, 0) for name in balance.keys() | expected.keys()}
    return {name: amount for name, amount in sorted(more.items()) if amount}
