"""A reader's own history: to read, and to delete."""

from chalicelib.audit import trail
from chalicelib.core import clock, cursors, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.interactions.models import ERASURE, EVENT, SHOWN, Erasure, Interaction, Progress, progress_row
from chalicelib.interactions.shapes import HistoryItem, HistoryQuery


def read(actor: Actor, query: HistoryQuery) -> Page[HistoryItem]:
    """Newest first."""
    scope = ("history", actor.account_id)
    rows, last = tables.page(
        Interaction.query(
            actor.account_id,
            Interaction.moment.startswith(EVENT),
            scan_index_forward=False,
            limit=query.limit,
            last_evaluated_key=cursors.unseal(query.cursor, *scope),
        )
    )
    return Page([_item(row) for row in rows], cursors.seal(last, *scope))


def forget(actor: Actor, item_id: str) -> None:
    """Delete one thing that I did. Raises NotFound."""
    row = Interaction(actor.account_id, EVENT + item_id)
    with all_or_nothing() as tx:
        tx.delete(row, Interaction.account_id.exists(), NotFound())
        trail.write(tx, actor, "history.item_deleted", item_id)


def forget_all(actor: Actor) -> None:
    """Ask for everything to be erased: the table's stream carries it out, however much there is."""
    with all_or_nothing() as tx:
        tx.put(Erasure(actor.account_id, at=clock.now()))
        trail.write(tx, actor, "history.erased", actor.account_id)


def erase(account_id: str, until: str) -> None:
    """Delete what was recorded up to that moment. Doing it again, or going on after a break, is no different."""
    moment = clock.parse(until)
    with Interaction.batch_write() as batch:
        for prefix in (EVENT, SHOWN):
            for row in Interaction.query(account_id, Interaction.moment.startswith(prefix)):
                if row.recorded_at <= moment:
                    batch.delete(row)
    with Progress.batch_write() as batch:
        for mark in Progress.query(account_id, Progress.moment.startswith(progress_row(""))):
            if mark.recorded_at <= moment:
                batch.delete(mark)


def erased(account_ids: set[str]) -> dict[str, str]:
    """Up to when each of at most 100 accounts had everything erased, where it had. One call, none for nobody."""
    if not account_ids:
        return {}
    rows = tables.batch_get([(Erasure, account_id, ERASURE) for account_id in sorted(account_ids)], consistent=True)
    return {row.account_id: clock.rfc3339(row.at) for row in rows if row}


def _item(row: Interaction) -> HistoryItem:
    return HistoryItem(
        id=row.moment.removeprefix(EVENT),
        kind=row.kind,
        occurred_at=clock.rfc3339(row.occurred_at),
        work_id=row.work_id,
        fraction=None if row.fraction is None else row.fraction / 10_000,
        position=row.position,
        place=row.place,
        rating=row.rating,
        text=row.text,
    )
