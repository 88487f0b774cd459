"""The terms of a sale, set by the server and frozen in the order's lines."""

from typing import Any, NamedTuple

import msgspec

from chalicelib.catalog import cards, works
from chalicelib.catalog.offers import Bundle
from chalicelib.catalog.works import PUBLISHED, Work
from chalicelib.core import settings
from chalicelib.core.errors import Conflict, Unprocessable
from chalicelib.core.money import CURRENCIES, MAXIMUM, written
from chalicelib.core.tables import batch_get
from chalicelib.coupons import coupons
from chalicelib.coupons.coupons import Coupon
from chalicelib.ledger.shares import split
from chalicelib.library import access
from chalicelib.library.access import Holding
from chalicelib.orders import bundling, discounting, passing
from chalicelib.orders.discounting import CouponNotValid
from chalicelib.orders.models import LineRow, line_row
from chalicelib.orders.shapes import MOST_WORKS, NewOrder
from chalicelib.orders.taxing import NO_TAX

REFUND_POLICY = "2026-11"
"""The version of the refund rules that an order is placed under."""

TRANSACTION_ITEMS = 100
FIXED_ITEMS = 15
"""What is written whatever was bought, at most: of fulfilment order, payment, two journals, a movement, receipt, inbox,
audit, an answer, what is declared, and a coupon's two counts; of a dispute order, payment, dispute, three journals, two
movements, inbox, audit, and what is declared."""

AUTHORS_ITEMS = 3
"""What a journal writes for an author: the entries of their statement, and the balances, one or two."""


class WorkNotForSale(Unprocessable):
    """There is no such work, or it is not published."""

    en = "Work {work_id} is not for sale."
    zh = "作品 {work_id} 未在售。"


class NoPriceInCurrency(Unprocessable):
    """The work has no price in the order's currency."""

    en = "Work {work_id} has no price in {currency}: it is sold in {currencies}."
    zh = "作品 {work_id} 没有 {currency} 价格：可用币种为 {currencies}。"


class AlreadyOwned(Conflict):
    """The buyer has the work."""

    en = "You already have work {work_id}: it is in your library."
    zh = "您已拥有作品 {work_id}：请在您的资料库中查看。"


class OwnWork(Conflict):
    """The buyer is one of the work's authors."""

    en = "Work {work_id} is your own."
    zh = "作品 {work_id} 是您自己的作品。"


class CartTooLarge(Unprocessable):
    """One transaction could not fulfil the order."""

    en = "These works, or their authors, are too many for one order: order some of them separately."
    zh = "这些作品或其作者过多，无法合并为一个订单：请分开下单。"


class TotalTooHigh(Unprocessable):
    """No payment method takes so much at once."""

    en = "The total is above {limit}: order some of the works separately."
    zh = "总价超过 {limit}：请分开下单。"


class TotalTooLow(Unprocessable):
    """What is left of a bundle is worth less than a payment must be."""

    en = "What you do not have of this costs less than {limit}, the least that can be paid: add something to the order."
    zh = "您尚未拥有的部分低于最低支付金额 {limit}：请在订单中添加其他作品。"


class Good(NamedTuple):
    """A work at the price that it has here, the bundle that it comes by, and what a coupon has taken off the price."""

    work: Work
    price: int
    bundle: dict[str, Any] | None = None
    off: int = 0

    def fits(self, coupon: Coupon) -> bool:
        return coupon.fits(self.work.owner_id, self.work.work_id, self.bundle["bundle_id"] if self.bundle else None)


Offered = dict[str, tuple[Work | None, Holding | None]]


def offers(buyer_id: str, work_ids: list[str]) -> list[tuple[Work | None, Holding | None]]:
    """Each work and what the buyer has of it, as of this moment, in one call."""
    keys = [works.key(work_id) for work_id in work_ids]
    keys += [access.key(buyer_id, work_id) for work_id in work_ids]
    rows = batch_get(keys, consistent=True)
    found = [works.of(row) if row else None for row in rows[: len(work_ids)]]
    held = [access.of(row) if row else None for row in rows[len(work_ids) :]]
    return list(zip(found, held, strict=True))


def freeze(order_id: str, buyer_id: str, wanted: NewOrder) -> tuple[list[LineRow], Coupon | None]:
    """The order's lines, one a work, and one a pass, and the coupon that made them cheaper. One call to the store, and
    one more for bundles and for a pass, and two for a coupon.

    Raises FieldInvalid, WorkNotForSale, NoPriceInCurrency, AlreadyOwned, OwnWork, CartTooLarge, TotalTooHigh,
    TotalTooLow, BundleNotForSale, PassNotForSale, OwnPass, CouponNotValid, TooMany.
    """
    bundles = bundling.named(wanted)
    work_ids = bundling.works_of(wanted, bundles)
    if len(work_ids) > MOST_WORKS:
        raise CartTooLarge(field="bundle_ids")
    offered = dict(zip(work_ids, offers(buyer_id, work_ids), strict=True))
    if wanted.gift:
        offered = {work_id: (work, None) for work_id, (work, _) in offered.items()}
    goods: list[Good] = []
    for work_id in wanted.work_ids:
        sold = _must_be_for_sale(offered[work_id][0], work_id)
        _must_be_new_to(buyer_id, sold, offered[work_id][1])
        goods.append(Good(sold, _price(sold, wanted.currency)))
    for bundle in bundles:
        goods += _bundled(buyer_id, bundle, offered, wanted.currency)
    sold_pass = passing.named(buyer_id, wanted)
    if coupon := discounting.named(buyer_id, wanted):
        goods = _discounted(goods, coupon, sold_pass.prices[wanted.currency] if sold_pass else 0, wanted.currency)
    lines = [_line(order_id, number, good, wanted.currency) for number, good in enumerate(goods, start=1)]
    if sold_pass:
        commission = commission_of(sold_pass.owner_id)
        lines.append(passing.line(order_id, len(lines) + 1, sold_pass, wanted.currency, commission))
    _must_fit(lines, wanted.currency)
    return lines, coupon


def _discounted(goods: list[Good], coupon: Coupon, beside: int, currency: str) -> list[Good]:
    """The goods at what the coupon leaves to pay of each, in an order in which so much is paid ``beside``."""
    fitting = {good.work.work_id: good.price for good in goods if good.fits(coupon)}
    total = sum(good.price for good in goods) + beside
    parts = coupons.discounts(coupon, fitting, total, currency)
    if not parts:
        raise CouponNotValid(field="coupon")
    offs = [parts.get(good.work.work_id, 0) for good in goods]
    return [good._replace(price=good.price - off, off=off) for good, off in zip(goods, offs, strict=True)]


def _bundled(buyer_id: str, bundle: Bundle, offered: Offered, currency: str) -> list[Good]:
    """The works of a bundle that the buyer does not have, each at its part of the price. Raises AlreadyOwned where that
    leaves none."""
    if buyer_id == bundle.owner_id:
        raise OwnWork(field="bundle_ids", work_id=bundle.work_ids[0])
    works = {work_id: _must_be_for_sale(offered[work_id][0], work_id, "bundle_ids") for work_id in bundle.work_ids}
    listed = {work_id: _price(work, currency) for work_id, work in works.items()}
    parts = bundling.parts(bundle, listed, currency)
    had = [work_id for work_id in bundle.work_ids if _has(buyer_id, works[work_id], offered[work_id][1])]
    if len(had) == len(works):
        raise AlreadyOwned(field="bundle_ids", work_id=had[0])
    told = bundling.told(bundle, had)
    return [Good(works[work_id], part, told) for work_id, part in parts.items() if work_id not in had]


def _has(buyer_id: str, work: Work, holding: Holding | None) -> bool:
    return buyer_id in work.shares or bool(holding and holding.sources)


def _must_be_for_sale(work: Work | None, work_id: str, field: str = "work_ids") -> Work:
    if work is None or work.state != PUBLISHED:
        raise WorkNotForSale(field=field, work_id=work_id)
    return work


def _must_be_new_to(buyer_id: str, work: Work, holding: Holding | None) -> None:
    if buyer_id in {work.owner_id, *work.shares}:
        raise OwnWork(field="work_ids", work_id=work.work_id)
    if holding and holding.sources:
        raise AlreadyOwned(field="work_ids", work_id=work.work_id)


def _must_fit(lines: list[LineRow], currency: str) -> None:
    authors = {author for line in lines for author in line.author_amounts}
    if FIXED_ITEMS + 2 * len(lines) + AUTHORS_ITEMS * len(authors) > TRANSACTION_ITEMS:
        raise CartTooLarge(field="work_ids")
    total, least = sum(line.price for line in lines), CURRENCIES[currency].minimum
    if total > MAXIMUM:
        raise TotalTooHigh(field="work_ids", limit=written(currency, MAXIMUM))
    if 0 < total < least:
        raise TotalTooLow(field="bundle_ids", limit=written(currency, least))


def _price(work: Work, currency: str) -> int:
    if currency not in work.prices:
        sold_in = ", ".join(sorted(work.prices)) or "–"
        raise NoPriceInCurrency(field="currency", work_id=work.work_id, currency=currency, currencies=sold_in)
    return work.prices[currency]


def _line(order_id: str, number: int, good: Good, currency: str) -> LineRow:
    work, price, bundle, off = good
    commission = commission_of(work.owner_id)
    parts = split(price, commission, work.shares)
    return LineRow(
        order_id,
        line_row(number),
        work_id=work.work_id,
        work_version=work.version,
        price=price,
        discount=off,
        currency=currency,
        tax=NO_TAX,
        commission_basis_points=commission,
        commission=parts.commission,
        shares=work.shares,
        author_amounts=parts.authors,
        card=msgspec.to_builtins(cards.of(work)),
        files=msgspec.to_builtins(work.files),
        bundle=bundle,
    )


def commission_of(owner_id: str) -> int:
    """The platform's share in basis points: the owner's own, where one was agreed."""
    agreed = msgspec.json.decode(settings.value("COMMISSION_OVERRIDES") or "{}", type=dict[str, int])
    return agreed.get(owner_id, int(settings.value("COMMISSION_BASIS_POINTS")))
