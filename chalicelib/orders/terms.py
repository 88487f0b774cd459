"""The terms of a sale, set by the server and frozen in the order's lines."""

import msgspec

from chalicelib.catalog import cards, works
from chalicelib.catalog.works import PUBLISHED, Work
from chalicelib.core import settings
from chalicelib.core.errors import Conflict, Unprocessable
from chalicelib.core.money import MAXIMUM, written
from chalicelib.core.tables import batch_get
from chalicelib.core.validation import FieldInvalid
from chalicelib.ledger.shares import split
from chalicelib.library import access
from chalicelib.library.access import Holding
from chalicelib.orders.models import LineRow, line_row
from chalicelib.orders.shapes import NewOrder

REFUND_POLICY = "2026-11"
"""The version of the refund rules that an order is placed under."""

TRANSACTION_ITEMS = 100
FIXED_ITEMS = 8
"""What fulfilment writes whatever was bought: order, payment, two journals, receipt, inbox, audit, an answer."""

NO_TAX = {"inclusive": True, "rate_basis_points": 0, "amount": 0, "jurisdiction": None, "source": "none"}


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

    en = "These works have too many authors for one order: order some of them separately."
    zh = "这些作品的作者过多，无法合并为一个订单：请分开下单。"


class TotalTooHigh(Unprocessable):
    """No payment method takes so much at once."""

    en = "The total is above {limit}: order some of the works separately."
    zh = "总价超过 {limit}：请分开下单。"


def offers(buyer_id: str, work_ids: list[str]) -> list[tuple[Work | None, Holding | None]]:
    """Each work and what the buyer has of it, as of this moment, in one call."""
    keys = [works.key(work_id) for work_id in work_ids]
    keys += [access.key(buyer_id, work_id) for work_id in work_ids]
    rows = batch_get(keys, consistent=True)
    found = [works.of(row) if row else None for row in rows[: len(work_ids)]]
    held = [access.of(row) if row else None for row in rows[len(work_ids) :]]
    return list(zip(found, held, strict=True))


def freeze(order_id: str, buyer_id: str, wanted: NewOrder) -> list[LineRow]:
    """The order's lines, one a work. One call to the store.

    Raises FieldInvalid, WorkNotForSale, NoPriceInCurrency, AlreadyOwned, OwnWork, CartTooLarge, TotalTooHigh.
    """
    if len(set(wanted.work_ids)) < len(wanted.work_ids):
        raise FieldInvalid("work_ids", "names a work twice", "作品重复")
    lines = []
    for number, (work, holding) in enumerate(offers(buyer_id, wanted.work_ids), start=1):
        sold = _must_be_for_sale(work, wanted.work_ids[number - 1])
        _must_be_new_to(buyer_id, sold, holding)
        lines.append(_line(order_id, number, sold, wanted.currency))
    _must_fit(lines, wanted.currency)
    return lines


def _must_be_for_sale(work: Work | None, work_id: str) -> Work:
    if work is None or work.state != PUBLISHED:
        raise WorkNotForSale(field="work_ids", work_id=work_id)
    return work


def _must_be_new_to(buyer_id: str, work: Work, holding: Holding | None) -> None:
    if buyer_id in {work.owner_id, *work.shares}:
        raise OwnWork(field="work_ids", work_id=work.work_id)
    if holding and holding.sources:
        raise AlreadyOwned(field="work_ids", work_id=work.work_id)


def _must_fit(lines: list[LineRow], currency: str) -> None:
    authors = {author for line in lines for author in line.author_amounts}
    if FIXED_ITEMS + 2 * len(lines) + len(authors) > TRANSACTION_ITEMS:
        raise CartTooLarge(field="work_ids")
    if sum(line.price for line in lines) > MAXIMUM:
        raise TotalTooHigh(field="work_ids", limit=written(currency, MAXIMUM))


def _line(order_id: str, number: int, work: Work, currency: str) -> LineRow:
    if currency not in work.prices:
        sold_in = ", ".join(sorted(work.prices)) or "–"
        raise NoPriceInCurrency(field="currency", work_id=work.work_id, currency=currency, currencies=sold_in)
    price, commission = work.prices[currency], _commission(work.owner_id)
    parts = split(price, commission, work.shares)
    return LineRow(
        order_id,
        line_row(number),
        work_id=work.work_id,
        work_version=work.version,
        price=price,
        currency=currency,
        tax=NO_TAX,
        commission_basis_points=commission,
        commission=parts.commission,
        shares=work.shares,
        author_amounts=parts.authors,
        card=msgspec.to_builtins(cards.of(work)),
        files=msgspec.to_builtins(work.files),
    )


def _commission(owner_id: str) -> int:
    """The platform's share in basis points: the owner's own, where one was agreed."""
    agreed = msgspec.json.decode(settings.value("COMMISSION_OVERRIDES") or "{}", type=dict[str, int])
    return agreed.get(owner_id, int(settings.value("COMMISSION_BASIS_POINTS")))
