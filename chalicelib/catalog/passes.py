"""Passes: for some days, a reader has all that an author publishes."""

from pynamodb.expressions.condition import Condition

from chalicelib.audit import trail
from chalicelib.catalog import terms
from chalicelib.catalog.models import PassRow, pass_shelf
from chalicelib.catalog.shapes import ListQuery, NewPass, PassCard
from chalicelib.core import clock, cursors, ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import NotFound
from chalicelib.core.transactions import all_or_nothing


def create(actor: Actor, wanted: NewPass) -> PassCard:
    """Put a pass on sale. Raises FieldInvalid."""
    prices: dict[str, int] = {str(currency): price for currency, price in wanted.prices.items()}
    terms.check_prices(prices)
    row = PassRow(
        ids.new(),
        owner_id=actor.party_id,
        shelf=pass_shelf(actor.party_id),
        published_at=clock.now(),
        title=wanted.title,
        days=wanted.days,
        prices=prices,
    )
    with all_or_nothing() as tx:
        tx.insert(row)
        trail.write(tx, actor, "pass.created", row.work_id, days=wanted.days, prices=prices)
    return _card(row)


def withdraw(actor: Actor, pass_id: str) -> None:
    """Off the shelf, for good. Who bought it keeps its days. Raises NotFound."""
    _leave(actor, pass_id, "pass.withdrawn", (PassRow.owner_id == actor.party_id) & PassRow.shelf.exists())


def take_down(admin: Actor, pass_id: str, reason: str) -> None:
    """Off the shelf, whoever's it is. Who bought it keeps its days. Raises NotFound."""
    _leave(admin, pass_id, "pass.taken_down", PassRow.shelf.exists(), reason=reason)


def of_author(author_id: str, query: ListQuery) -> Page[PassCard]:
    """An author's passes, the newest first. One query. Raises BadCursor."""
    shelf = pass_shelf(author_id)
    found = PassRow.by_shelf.query(
        shelf,
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, shelf),
    )
    rows, last = tables.page(found)
    return Page([_card(row) for row in rows], cursors.seal(last, shelf))


def _leave(actor: Actor, pass_id: str, deed: str, condition: Condition, **told: str) -> None:
    with all_or_nothing() as tx:
        tx.update(PassRow(pass_id), [PassRow.shelf.remove()], condition, NotFound())
        trail.write(tx, actor, deed, pass_id, **told)


def _card(row: PassRow) -> PassCard:
    moment = clock.rfc3339(row.published_at)
    return PassCard(row.work_id, row.owner_id, row.title, row.days, dict(row.prices), moment)
