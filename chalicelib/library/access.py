"""Access: a set of reasons for each account and work. It holds while there is one; taking one away keeps the others."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.catalog.cards import Card
from chalicelib.catalog.works import FileRef
from chalicelib.core import clock
from chalicelib.core.errors import Refusal
from chalicelib.core.transactions import Transaction
from chalicelib.library import using
from chalicelib.library.models import PASSES, HoldingRow

AUTHOR = "author"


class Holding(Struct, frozen=True, kw_only=True):
    """What an account has of a work, as of the work's ``version``. ``open``: it may be read. ``opened`` are the files
    that were handed over, and ``used`` is how much of it that is, from 0 to 1."""

    account_id: str
    work_id: str
    sources: frozenset[str]
    version: int
    taken_down: bool
    granted_at: str | None
    card: Card | None
    files: list[FileRef]
    opened: frozenset[str]
    used: float

    @property
    def open(self) -> bool:
        return bool(self.sources) and not self.taken_down


def order(order_id: str) -> str:
    """The source that a paid order is."""
    return f"order#{order_id}"


def grant(
    tx: Transaction,
    account_id: str,
    card: Card,
    files: Sequence[FileRef],
    source: str,
    refusal: Refusal | None = None,
) -> None:
    """Add a reason to read the work. The same reason twice is one.

    With a ``refusal``, the transaction goes through only where the account has no other reason yet.
    """
    actions: list[Action] = [HoldingRow.sources.add({source}), *shown(card, files)]
    alone = HoldingRow.sources.does_not_exist() | (HoldingRow.sources == {source}) if refusal else None
    tx.update(HoldingRow(account_id, card.work_id), actions, alone, refusal, any_version=True)


def revoke(tx: Transaction, account_id: str, work_id: str, source: str) -> None:
    """Take a reason away. Where it was the last, the account may not read the work any more."""
    actions = [HoldingRow.sources.delete({source})]
    tx.update(HoldingRow(account_id, work_id), actions, HoldingRow.account_id.exists(), any_version=True)


def require(tx: Transaction, account_id: str, work_id: str, refusal: Refusal) -> None:
    """Let the transaction through only while the account may read the work."""
    tx.require(HoldingRow, account_id, work_id, _is_open(), refusal)


def read(account_id: str, work_id: str) -> Holding | None:
    """One consistent read."""
    try:
        return of(HoldingRow.get(account_id, work_id, consistent_read=True))
    except HoldingRow.DoesNotExist:
        return None


def key(account_id: str, work_id: str) -> tuple[Any, str, str]:
    """The holding's place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return HoldingRow, account_id, work_id


def of(row: Any) -> Holding:
    """The holding that a stored row is."""
    return Holding(
        account_id=row.account_id,
        work_id=row.work_id,
        sources=frozenset(row.sources or ()),
        version=row.version,
        taken_down=bool(row.taken_down),
        granted_at=clock.rfc3339(row.granted_at) if row.granted_at else None,
        card=msgspec.convert(row.card, Card) if row.card else None,
        files=msgspec.convert(row.files or [], list[FileRef]),
        opened=frozenset(row.opened or ()),
        used=using.share(row),
    )


def every() -> Iterator[Holding]:
    """All holdings: for checks, never for a request."""
    return (of(row) for row in HoldingRow.scan(HoldingRow.work_id != PASSES, consistent_read=True))


def _is_open() -> Condition:
    held: Condition = HoldingRow.sources.exists() & HoldingRow.taken_down.does_not_exist()
    return held


def shown(card: Card, files: Sequence[FileRef]) -> list[Action]:
    """What a holding shows of its work, brought up to date."""
    return [
        HoldingRow.card.set(msgspec.to_builtins(card)),
        HoldingRow.files.set(msgspec.to_builtins(list(files))),
        HoldingRow.version.set(card.version),
        HoldingRow.granted_at.set(HoldingRow.granted_at | clock.now()),
    ]
