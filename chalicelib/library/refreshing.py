"""What readers own follows what is published: new versions reach them, and so do take-downs.

The facts that say so may come twice and in any order, so they only wake us: what is true is read from the catalogue,
and each change goes through only while it is.
"""

from collections.abc import Sequence
from itertools import islice

from pynamodb.expressions.update import Action

from chalicelib.audit import trail
from chalicelib.catalog import cards, works
from chalicelib.catalog.works import Work
from chalicelib.core import actors
from chalicelib.core.errors import Refusal
from chalicelib.core.transactions import Transaction, all_or_nothing
from chalicelib.library import access
from chalicelib.library.models import HoldingRow

TOGETHER = 40
"""Holders changed in one transaction."""

AT_ONCE = 400
"""Holders changed for one message; the rest are left to the next."""


class Overtaken(Refusal):
    """The work is no longer as we read it: another fact is on its way, and does what is left."""


def follow(work_id: str, after: str | None = None) -> str | None:
    """Bring the authors and the holders after that account up to date; the account to go on after, or None at the end.

    Raises NotFound.
    """
    work = works.find(work_id)
    if not (work.taken_down or work.state == works.PUBLISHED):
        return None
    beyond = HoldingRow.account_id > after if after else None
    rows = list(islice(HoldingRow.by_work.query(work_id, beyond), AT_ONCE))
    if after is None and not work.taken_down:
        _welcome_authors(work)
    for start in range(0, len(rows), TOGETHER):
        if not _bring_up_to_date(work, rows[start : start + TOGETHER]):
            return None
    return rows[-1].account_id if len(rows) == AT_ONCE else None


def _welcome_authors(work: Work) -> None:
    """Who has a share may read."""
    try:
        with all_or_nothing() as tx:
            _begin(tx, work, sorted(work.shares))
            for author_id in sorted(work.shares):
                access.grant(tx, author_id, cards.of(work), work.files, access.AUTHOR)
    except Overtaken:
        return


def _bring_up_to_date(work: Work, rows: Sequence[HoldingRow]) -> bool:
    """Whether the work is still as we read it."""
    try:
        with all_or_nothing() as tx:
            _begin(tx, work, [row.account_id for row in rows])
            for row in rows:
                actions = _actions(work, row)
                tx.update(HoldingRow(row.account_id, work.work_id), actions, any_version=True)
    except Overtaken:
        return False
    return True


def _begin(tx: Transaction, work: Work, account_ids: list[str]) -> None:
    deed = "library.taken_down" if work.taken_down else "library.refreshed"
    trail.write(tx, actors.system("library"), deed, work.work_id, version=work.version, holders=account_ids)
    if not work.taken_down:
        works.require_published(tx, work.work_id, work.version, Overtaken())


def _actions(work: Work, row: HoldingRow) -> list[Action]:
    if work.taken_down:
        return [HoldingRow.taken_down.set(True)]
    actions = access.shown(cards.of(work), work.files)
    if access.AUTHOR in (row.sources or ()) and row.account_id not in work.shares:
        actions.append(HoldingRow.sources.delete({access.AUTHOR}))
    return actions
