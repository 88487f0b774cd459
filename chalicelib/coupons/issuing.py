"""Making coupons, looking at them, and taking them back."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.audit import trail
from chalicelib.catalog import offers, works
from chalicelib.core import clock, cursors, ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.core.validation import FieldInvalid
from chalicelib.coupons.models import PLATFORM, CouponRow
from chalicelib.coupons.shapes import AnyCouponsQuery, CouponsQuery, CouponView, NewCoupon

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class CodeTaken(Conflict):
    """There is, or was, a coupon of this code."""

    en = "This code is taken: choose another."
    zh = "该优惠码已被使用：请更换。"


class OwnCoupon(Forbidden):
    """Who makes a coupon does not confirm it."""

    en = "You made this coupon: somebody else confirms it."
    zh = "该优惠码由您创建：须由他人确认。"


def create_mine(author: Actor, wanted: NewCoupon) -> CouponView:
    """Of works and bundles that the author owns. Raises FieldInvalid, CodeTaken."""
    return _create(author, wanted, author.party_id)


def create_for_all(admin: Actor, wanted: NewCoupon) -> CouponView:
    """Of whoever's works; one that takes much off counts once another admin confirms it. Raises FieldInvalid,
    CodeTaken."""
    return _create(admin, wanted, PLATFORM)


def confirm(admin: Actor, code: str) -> CouponView:
    """Confirmed twice it is confirmed. Raises NotFound, OwnCoupon."""
    row = _of_platform(code)
    if row.made_by == admin.account_id:
        raise OwnCoupon
    if row.waits:
        with all_or_nothing() as tx:
            tx.update(CouponRow(row.code), [CouponRow.confirmed_by.set(admin.account_id)], _stands(), NotFound())
            trail.write(tx, admin, "coupon.confirmed", row.code)
    return _view(_of_platform(code))


def _of_platform(code: str) -> CouponRow:
    """Raises NotFound."""
    try:
        row = CouponRow.get(code.upper(), "coupon", consistent_read=True)
    except CouponRow.DoesNotExist:
        raise NotFound from None
    if row.owner_id != PLATFORM or row.withdrawn_at:
        raise NotFound
    return row


def withdraw_mine(author: Actor, code: str) -> None:
    """Nobody can use it any more; what was ordered with it stays as it was ordered. Raises NotFound."""
    _withdraw(author, code, _stands() & (CouponRow.owner_id == author.party_id))


def withdraw_any(admin: Actor, code: str) -> None:
    """Whoever's it is. Raises NotFound."""
    _withdraw(admin, code, _stands())


def mine(author: Actor, query: CouponsQuery) -> Page[CouponView]:
    """The author's, the newest first. Raises BadCursor."""
    return _page(author.party_id, query)


def of_anybody(query: AnyCouponsQuery) -> Page[CouponView]:
    """The platform's, or an author's, the newest first. Raises BadCursor."""
    return _page(query.author_id or PLATFORM, query)


def _create(maker: Actor, wanted: NewCoupon, owner_id: str) -> CouponView:
    _must_take_off_one_thing(wanted)
    _must_last(wanted.begins_at, wanted.ends_at)
    _must_be_there(wanted, owner_id)
    said = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    code = (said.pop("code", None) or ids.word()).upper()
    row = CouponRow(code, owner_id=owner_id, made_by=maker.account_id, created_at=clock.now(), **said)
    with all_or_nothing() as tx:
        tx.insert(row, CodeTaken(field="code"))
        trail.write(tx, maker, "coupon.created", code, owner=owner_id, terms=sorted(said))
    return _view(row)


def _must_take_off_one_thing(wanted: NewCoupon) -> None:
    if (wanted.basis_points is None) == (wanted.amount is None):
        raise FieldInvalid(
            "amount", "is given, or basis_points are, and not both", "须填写金额或基点之一，且不能同时填写"
        )
    if (wanted.amount is None) != (wanted.currency is None):
        raise FieldInvalid("currency", "belongs to an amount, and an amount has one", "金额须有币种，且仅金额有币种")


def _must_last(begins_at: datetime | None, ends_at: datetime | None) -> None:
    for name, moment in (("begins_at", begins_at), ("ends_at", ends_at)):
        if moment and not FIRST <= moment < LAST:
            raise FieldInvalid(name, "must be in this century", "必须在本世纪内")
    if ends_at and ends_at <= max(clock.now(), begins_at or clock.now()):
        raise FieldInvalid("ends_at", "must be after it begins, and after now", "必须晚于开始时间和当前时间")


def _must_be_there(wanted: NewCoupon, owner_id: str) -> None:
    """Each work and bundle, and its maker's. Two calls to the store at most. Raises FieldInvalid."""
    found = tables.batch_get([works.key(each) for each in wanted.work_ids])
    _must_own("work_ids", wanted.work_ids, found, owner_id)
    found = tables.batch_get([offers.bundle_key(each) for each in wanted.bundle_ids])
    _must_own("bundle_ids", wanted.bundle_ids, [offers.bundle_of(row) for row in found], owner_id)


def _must_own(field: str, named: list[str], rows: list[Any], owner_id: str) -> None:
    if len(set(named)) < len(named):
        raise FieldInvalid(field, "names one twice", "存在重复")
    for name, row in zip(named, rows, strict=True):
        if row is None or owner_id not in (PLATFORM, row.owner_id):
            raise FieldInvalid(field, f"{name} is none of yours", f"{name} 不属于您")


def _withdraw(actor: Actor, code: str, condition: Condition) -> None:
    with all_or_nothing() as tx:
        tx.update(CouponRow(code.upper()), [CouponRow.withdrawn_at.set(clock.now())], condition, NotFound())
        trail.write(tx, actor, "coupon.withdrawn", code.upper())


def _stands() -> Condition:
    condition: Condition = CouponRow.code.exists() & CouponRow.withdrawn_at.does_not_exist()
    return condition


def _page(owner_id: str, query: CouponsQuery) -> Page[CouponView]:
    found = CouponRow.by_owner.query(
        owner_id,
        scan_index_forward=False,
        limit=query.limit,
        last_evaluated_key=cursors.unseal(query.cursor, "coupons", owner_id),
    )
    rows, last = tables.page(found)
    return Page([_view(row) for row in rows], cursors.seal(last, "coupons", owner_id))


def _view(row: CouponRow) -> CouponView:
    same = (
        "code",
        "basis_points",
        "amount",
        "currency",
        "work_ids",
        "bundle_ids",
        "most_uses",
        "most_by_buyer",
        "used",
    )
    moments = ("begins_at", "ends_at", "created_at", "withdrawn_at")
    told: dict[str, Any] = {name: clock.rfc3339(at) if (at := getattr(row, name)) else None for name in moments}
    return CouponView(**{name: getattr(row, name) for name in same}, **told, to_confirm=row.waits)
