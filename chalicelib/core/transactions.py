"""All or nothing: deeds add their writes to one transaction, and only the outermost deed opens it.

Each write can carry the refusal that its failed condition means, so a cancelled transaction speaks the
language of the deed that it stopped.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, Refusal, Unavailable
from chalicelib.core.tables import Row, connection

ATTEMPTS, DECISIONS = 10, 5
FIRST_WAIT, LONGEST_WAIT = 0.025, 0.8
"""Seconds. Of those who clash at one row each waits any part of it, so that they do not meet again (full jitter)."""

T = TypeVar("T")


class Transaction:
    """Up to 100 writes and conditions over any tables, committed together when ``all_or_nothing`` ends."""

    def __init__(self) -> None:
        self._write = TransactWrite(connection=connection())
        self._refusals: dict[str, list[Refusal | None]] = {"check": [], "delete": [], "put": [], "update": []}
        self._begun: list[tuple[Row, Refusal | None]] = []

    def insert(self, row: Row, refusal: Refusal | None = None) -> None:
        """Put a row whose key must be free."""
        self.put(row, row.is_new(), refusal)

    def begin(self, row: Row, refusal: Refusal | None = None) -> None:
        """Insert a row as it will be at the commit: whoever decides more of it until then changes the row itself."""
        self._begun.append((row, refusal))

    def begins(self, row: Row) -> bool:
        return any(begun is row for begun, _ in self._begun)

    def put(self, row: Row, condition: Condition | None = None, refusal: Refusal | None = None) -> None:
        self._write.save(row, condition=condition)
        self._refusals["put"].append(refusal)

    def update(
        self,
        row: Row,
        actions: Sequence[Action],
        condition: Condition | None = None,
        refusal: Refusal | None = None,
        *,
        any_version: bool = False,
    ) -> None:
        """``any_version`` leaves out the version condition, for writes that commute."""
        self._write.update(row, row.stamped(actions), condition=condition, add_version_condition=not any_version)
        self._refusals["update"].append(refusal)

    def delete(self, row: Row, condition: Condition | None = None, refusal: Refusal | None = None) -> None:
        self._write.delete(row, condition=condition)
        self._refusals["delete"].append(refusal)

    def require(
        self, model: type[Row], key: str, row: str | None, condition: Condition, refusal: Refusal | None = None
    ) -> None:
        """Go through only if that row, which the transaction does not write, meets the condition."""
        self._write.condition_check(model, key, row, condition=condition)
        self._refusals["check"].append(refusal)

    def commit(self) -> None:
        """Raises the refusal of the first failed condition. A clash with another transaction is tried again, for some
        two seconds; then Unavailable. DynamoDB refuses a transaction of nothing: it is not asked."""
        for row, refusal in self._begun:
            self.insert(row, refusal)
        if not any(self._refusals.values()):
            return
        for attempt in range(ATTEMPTS):
            try:
                self._write._commit()
            except TransactWriteError as error:
                reasons = list(error.cancellation_reasons)
                self._raise_refusal(reasons, error)
                if not _clashed(reasons):
                    raise
                if attempt == ATTEMPTS - 1:
                    raise Unavailable from error
                time.sleep(ids.chance() * min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
            else:
                return

    def _raise_refusal(self, reasons: Sequence[Any], error: Exception) -> None:
        refusals = [refusal for kind in ("check", "delete", "put", "update") for refusal in self._refusals[kind]]
        for reason, refusal in zip(reasons, refusals, strict=False):
            if reason is not None and reason.code == "ConditionalCheckFailed":
                raise refusal or Conflict() from error


@contextmanager
def all_or_nothing() -> Iterator[Transaction]:
    """Commits when the block ends; an exception inside leaves nothing behind."""
    transaction = Transaction()
    yield transaction
    transaction.commit()


def decided(decide: Callable[[Transaction], T], *again: type[Conflict]) -> T:
    """Decide on what is there now, all or nothing; where somebody else was quicker, which ``again`` says, once more.
    Raises it at the fifth time."""
    for left in range(DECISIONS)[::-1]:
        try:
            with all_or_nothing() as tx:
                return decide(tx)
        except again:
            if not left:
                raise
    raise AssertionError


def _clashed(reasons: Sequence[Any]) -> bool:
    return any(reason is not None and reason.code == "TransactionConflict" for reason in reasons)
