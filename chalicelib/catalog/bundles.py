"""Bundles: several published works of one author at one price."""

from typing import Any

import msgspec
from msgspec import UNSET

from chalicelib.audit import trail
from chalicelib.catalog import cards, terms, works
from chalicelib.catalog.models import BundleRow, bundle_shelf
from chalicelib.catalog.shapes import BundleCard, BundleChange, BundlePage, ListQuery, NewBundle
from chalicelib.catalog.works import PUBLISHED
from chalicelib.core import clock, cursors, ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.core.validation import FieldInvalid


def create(actor: Actor, wanted: NewBundle) -> BundleCard:
    """Put a bundle on sale. One call to look at its works, and one transaction. Raises FieldInvalid."""
    _check(actor, wanted.work_ids, wanted.prices)  # type: ignore[arg-type]
    said = msgspec.structs.asdict(wanted)
    shelf = bundle_shelf(actor.party_id)
    row = BundleRow(ids.new(), owner_id=actor.party_id, shelf=shelf, published_at=clock.now(), **said)
    with all_or_nothing() as tx:
        tx.insert(row)
        trail.write(tx, actor, "bundle.created", row.work_id, works=wanted.work_ids, prices=dict(wanted.prices))
    return card(row)


def change(actor: Actor, bundle_id: str, wanted: BundleChange) -> BundleCard:
    """What was ordered before stays as it was ordered. Raises NotFound, FieldInvalid; Conflict where it changed at the
    same time."""
    row = _mine(actor, bundle_id)
    said = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET}
    _check(actor, said.get("work_ids", row.work_ids), said.get("prices", row.prices))
    _write(actor, row, "bundle.changed", **said)
    return card(row)


def withdraw(actor: Actor, bundle_id: str) -> None:
    """Off the shelf, for good. Who bought it keeps its works. Raises NotFound."""
    _write(actor, _mine(actor, bundle_id), "bundle.withdrawn", shelf=None)


def take_down(admin: Actor, bundle_id: str, reason: str) -> None:
    """Off the shelf, whoever's it is; its works stay where they are. Raises NotFound."""
    _write(admin, _find(bundle_id), "bundle.taken_down", reason, shelf=None)


def of_author(author_id: str, query: ListQuery) -> Page[BundleCard]:
    """An author's bundles, the newest first. One query. Raises BadCursor."""
    shelf = bundle_shelf(author_id)
    found = BundleRow.by_shelf.query(
        shelf,
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, shelf),
    )
    rows, last = tables.page(found)
    return Page([card(row) for row in rows], cursors.seal(last, shelf))


def page(bundle_id: str) -> BundlePage:
    """The bundle, then its works as they are now: two calls. Raises NotFound where it is not on sale."""
    row = _find(bundle_id)
    found = tables.batch_get([works.key(work_id) for work_id in row.work_ids])
    shown = [work for work in found if work and work.state == PUBLISHED]
    return BundlePage(card(row), [cards.of(work) for work in shown], for_sale=len(shown) == len(found))


def card(row: BundleRow) -> BundleCard:
    same = ("title", "summary", "language", "prices", "work_ids")
    moment = clock.rfc3339(row.published_at)
    return BundleCard(row.work_id, row.owner_id, published_at=moment, **{name: getattr(row, name) for name in same})


def _find(bundle_id: str) -> BundleRow:
    try:
        row = BundleRow.get(bundle_id, "bundle", consistent_read=True)
    except BundleRow.DoesNotExist:
        raise NotFound from None
    if row.shelf is None:
        raise NotFound
    return row


def _mine(actor: Actor, bundle_id: str) -> BundleRow:
    row = _find(bundle_id)
    if row.owner_id != actor.party_id:
        raise NotFound
    return row


def _check(actor: Actor, work_ids: list[str], prices: dict[str, int]) -> None:
    """Own published works, each once, and each sold in every currency that the bundle is. One call to the store."""
    terms.check_prices(prices)
    if len(set(work_ids)) < len(work_ids):
        raise FieldInvalid("work_ids", "names a work twice", "作品重复")
    for work_id, row in zip(work_ids, tables.batch_get([works.key(each) for each in work_ids]), strict=True):
        if row is None or row.owner_id != actor.party_id or row.state != PUBLISHED:
            raise FieldInvalid("work_ids", f"{work_id} is no published work of yours", f"{work_id} 不是您已发布的作品")
        for currency in sorted(prices.keys() - row.prices.keys()):
            reason = (f"work {work_id} is not sold in it", f"作品 {work_id} 没有该币种价格")
            raise FieldInvalid(f"prices.{currency}", *reason)


def _write(actor: Actor, row: BundleRow, deed: str, reason: str | None = None, **said: Any) -> None:
    """Where nobody else changed it since it was read."""
    unchanged = BundleRow.revision == row.revision
    actions = [BundleRow.revision.set(row.revision + 1), *tables.keep_facts(row, said)]
    with all_or_nothing() as tx:
        tx.update(row, actions, unchanged, Conflict())
        trail.write(tx, actor, deed, row.work_id, fields=sorted(said), reason=reason)
