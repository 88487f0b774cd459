"""Bundles in a cart: each becomes a line a work, at its part of the bundle's price."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.catalog import offers
from chalicelib.catalog.offers import Bundle
from chalicelib.core.errors import Unprocessable
from chalicelib.core.money import apportion
from chalicelib.core.tables import batch_get
from chalicelib.core.validation import FieldInvalid
from chalicelib.orders.models import LineRow
from chalicelib.orders.shapes import NewOrder
from chalicelib.payments.objects import Item


class BundleNotForSale(Unprocessable):
    """There is no such bundle, it is withdrawn, or it has no price in the order's currency."""

    en = "Bundle {bundle_id} is not for sale in {currency}."
    zh = "套装 {bundle_id} 未以 {currency} 出售。"


def named(wanted: NewOrder) -> list[Bundle]:
    """The bundles of a cart. One call to the store, and none where none is named. Raises BundleNotForSale."""
    if not wanted.bundle_ids:
        return []
    rows = batch_get([offers.bundle_key(bundle_id) for bundle_id in wanted.bundle_ids], consistent=True)
    return [_must_be_for_sale(row, named, wanted) for row, named in zip(rows, wanted.bundle_ids, strict=True)]


def _must_be_for_sale(row: Any, bundle_id: str, wanted: NewOrder) -> Bundle:
    bundle = offers.bundle_of(row)
    if bundle is None or wanted.currency not in bundle.prices:
        raise BundleNotForSale(field="bundle_ids", bundle_id=bundle_id, currency=wanted.currency)
    return bundle


def works_of(wanted: NewOrder, found: list[Bundle]) -> list[str]:
    """All the works of a cart. Raises FieldInvalid where there is none, or one comes twice."""
    alone, bundled = list(wanted.work_ids), [work_id for bundle in found for work_id in bundle.work_ids]
    if not alone and not bundled and not wanted.pass_id:
        raise FieldInvalid("work_ids", "cannot be empty", "不能为空")
    if len(set(alone)) < len(alone):
        raise FieldInvalid("work_ids", "names a work twice", "作品重复")
    if len({*alone, *bundled}) < len(alone) + len(bundled):
        raise FieldInvalid("bundle_ids", "holds a work that the order has already", "套装中的作品已在订单中")
    return alone + bundled


def parts(bundle: Bundle, listed: Mapping[str, int], currency: str) -> dict[str, int]:
    """The bundle's price among its works, by what they cost alone; free ones, where all are, have equal parts."""
    weights = dict(listed) if any(listed.values()) else dict.fromkeys(listed, 1)
    return apportion(bundle.prices[currency], weights)


def told(bundle: Bundle, had: list[str]) -> dict[str, Any]:
    """What each line keeps of the bundle that it was bought by."""
    return {"bundle_id": bundle.bundle_id, "title": bundle.title, "left_out": had}


def shown(lines: list[LineRow]) -> list[dict[str, Any]]:
    """The bundles of an order, each with the price of its works here."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.bundle:
            bundle = found.setdefault(line.bundle["bundle_id"], {**line.bundle, "price": 0})
            bundle["price"] += line.price
    return list(found.values())


def items(lines: list[LineRow]) -> Iterator[Item]:
    """The payment page's lines: a bundle is one."""
    yield from (Item(line.card["title"], line.price) for line in lines if not line.bundle)
    yield from (Item(bundle["title"], bundle["price"]) for bundle in shown(lines))
