"""Passes: for some days an account may read all that an author publishes alone. They end by themselves.

Each order has its own period; taking one away moves no other. A grace is no period that is paid: a mark that lets the
reader of a subscription go on while its next payment is on its way, from where its last period ends.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.catalog import cards, offers
from chalicelib.core import clock
from chalicelib.core.errors import Refusal
from chalicelib.core.tables import batch_get
from chalicelib.core.transactions import Transaction
from chalicelib.library.models import PASSES, PassesRow

GRACE = "grace#"


def grace(subscription_id: str) -> str:
    """The source that the grace of a subscription is."""
    return f"{GRACE}{subscription_id}"


class Period(Struct, frozen=True):
    """From the moment ``starts`` until before ``ends``, as RFC 3339 text, whose order is time's."""

    starts: str
    ends: str


class Passes(Struct, frozen=True):
    """What an account has of authors: periods by the source that each is, by author."""

    account_id: str
    periods: dict[str, dict[str, Period]]
    revision: int
    opened: frozenset[str] = frozenset()
    """The sources for which a file was handed over."""

    def ends(self, author_id: str) -> str | None:
        """When the last of the author's passes ends, also where it has ended; None where there never was one."""
        periods = self.periods.get(author_id, {}).items()
        return max((period.ends for source, period in periods if not source.startswith(GRACE)), default=None)

    def covers(self, shares: list[str]) -> str | None:
        """Until when the work of these authors may be read by a pass that runs now; None where it may not."""
        author_id, now = offers.sole_author(shares), clock.rfc3339(clock.now())
        running = self.periods.get(author_id or "", {}).values()
        return max((period.ends for period in running if period.starts <= now < period.ends), default=None)

    def running(self, author_id: str) -> set[str]:
        """The sources of the author's passes that run now."""
        now, periods = clock.rfc3339(clock.now()), self.periods.get(author_id, {}).items()
        return {source for source, period in periods if period.starts <= now < period.ends}

    def any_runs(self) -> bool:
        return any(self.covers([author_id]) for author_id in self.periods)


def key(account_id: str) -> tuple[Any, str, str]:
    """The passes' place for ``tables.batch_get``, which answers a row for ``of``, or None."""
    return PassesRow, account_id, PASSES


def of(account_id: str, row: Any) -> Passes:
    """The passes that a stored row holds; without a row, none."""
    if row is None:
        return Passes(account_id, {}, 0)
    periods = msgspec.convert(row.periods, dict[str, dict[str, Period]])
    return Passes(account_id, periods, row.revision, frozenset(row.opened or ()))


def read(account_id: str) -> Passes:
    """One consistent read."""
    try:
        return of(account_id, PassesRow.get(account_id, PASSES, consistent_read=True))
    except PassesRow.DoesNotExist:
        return of(account_id, None)


def opening(account_id: str, work_id: str) -> Passes | None:
    """The account's passes, where one of them opens the work now. One consistent read of both."""
    mine, card = batch_get([key(account_id), cards.key(work_id)], consistent=True)
    held, shares = of(account_id, mine), [author.author_id for author in cards.of(card).authors] if card else []
    return held if held.covers(shares) else None


def every() -> Iterator[Passes]:
    """All passes: for checks, never for a request."""
    rows = PassesRow.scan(PassesRow.work_id == PASSES, consistent_read=True)
    return (of(row.account_id, row) for row in rows)


def begin(
    tx: Transaction,
    account_id: str,
    author_id: str,
    source: str,
    days: int,
    refusal: Refusal,
    since: datetime | None = None,
    marks: dict[str, timedelta] | None = None,
) -> Period:
    """Add a period: from now on, or ``since`` another moment, or from where the author's last one ends; and after it
    the ``marks`` of that length, in the place of those that they had. One read; at the commit the ``refusal``, where
    the account's passes changed since."""
    held, earliest = read(account_id), clock.rfc3339(since or clock.now())
    starts = max(held.ends(author_id) or earliest, earliest)
    period = _lasting(starts, timedelta(days=days))
    graces = {mark: _lasting(period.ends, length) for mark, length in (marks or {}).items()}
    _put(tx, held, author_id, {source: period, **graces}, refusal)
    return period


def restore(tx: Transaction, account_id: str, author_id: str, source: str, period: Period, refusal: Refusal) -> None:
    """Give a period back as it was. One read; the ``refusal`` as with ``begin``."""
    _put(tx, read(account_id), author_id, {source: period}, refusal)


def revoke(tx: Transaction, account_id: str, author_id: str, sources: Collection[str], refusal: Refusal) -> None:
    """Take periods away; the others stay where they are. One read; the ``refusal`` as with ``begin``."""
    held = read(account_id)
    rest = {other: period for other, period in held.periods.get(author_id, {}).items() if other not in sources}
    _write(tx, held, {**held.periods, author_id: rest}, refusal)


def require(tx: Transaction, held: Passes, refusal: Refusal) -> None:
    """Let the transaction through only while the passes are those that were read."""
    tx.require(PassesRow, held.account_id, PASSES, PassesRow.revision == held.revision, refusal)


def _lasting(starts: str, length: timedelta) -> Period:
    return Period(starts, clock.rfc3339(clock.parse(starts) + length))


def _put(tx: Transaction, held: Passes, author_id: str, more: dict[str, Period], refusal: Refusal) -> None:
    _write(tx, held, {**held.periods, author_id: {**held.periods.get(author_id, {}), **more}}, refusal)


def _write(tx: Transaction, held: Passes, periods: dict[str, dict[str, Period]], refusal: Refusal) -> None:
    kept = {author_id: sources for author_id, sources in periods.items() if sources}
    actions = [PassesRow.periods.set(msgspec.to_builtins(kept)), PassesRow.revision.set(held.revision + 1)]
    unchanged = PassesRow.revision == held.revision if held.revision else PassesRow.revision.does_not_exist()
    tx.update(PassesRow(held.account_id), actions, unchanged, refusal)
