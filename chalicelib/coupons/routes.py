"""Coupons over HTTP: authors' for what is theirs, admins' for everything. They are used with orders."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.cursors import BadCursor, Page
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, no_content, ok, route
from chalicelib.coupons import issuing
from chalicelib.coupons.issuing import CodeTaken, OwnCoupon
from chalicelib.coupons.shapes import AnyCouponsQuery, CouponsQuery, CouponView, NewCoupon

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/me/coupons",
    who=Who.AUTHOR,
    body=NewCoupon,
    answers={201: CouponView},
    refuses=(CodeTaken,),
    limit=Limit(60, 900),
)
def create_coupon(actor: Actor, body: NewCoupon) -> Answer:
    """Make a coupon for works and bundles that I own. What it takes off comes off the price before it is shared."""
    return created(issuing.create_mine(actor, body), "/v1/me/coupons")


@route(
    routes,
    "GET",
    "/v1/me/coupons",
    who=Who.AUTHOR,
    query=CouponsQuery,
    answers={200: Page[CouponView]},
    refuses=(BadCursor,),
)
def read_coupons(actor: Actor, query: CouponsQuery) -> Answer:
    """My coupons, the newest first, and how often each is used."""
    return ok(issuing.mine(actor, query))


@route(
    routes,
    "POST",
    "/v1/me/coupons/{code}/withdrawals",
    who=Who.AUTHOR,
    answers={204: None},
    refuses=(NotFound,),
)
def withdraw_coupon(actor: Actor, code: str) -> Answer:
    """Take my coupon back, for good. What was ordered with it keeps its price."""
    issuing.withdraw_mine(actor, code)
    return no_content()


@route(
    routes,
    "POST",
    "/v1/coupons",
    who=Who.ADMIN,
    body=NewCoupon,
    answers={201: CouponView},
    refuses=(CodeTaken,),
)
def create_platform_coupon(actor: Actor, body: NewCoupon) -> Answer:
    """Make a coupon for works and bundles of whoever's: for everything, where none are named.

    One of an amount, or of half of the price and more, waits until another admin confirms it. The maker's own orders
    never have it."""
    return created(issuing.create_for_all(actor, body), "/v1/coupons")


@route(
    routes,
    "POST",
    "/v1/coupons/{code}/confirmations",
    who=Who.ADMIN,
    answers={200: CouponView},
    refuses=(NotFound, OwnCoupon),
)
def confirm_platform_coupon(actor: Actor, code: str) -> Answer:
    """Let a coupon of the platform's that takes much off be used, as its second admin."""
    return ok(issuing.confirm(actor, code))


@route(
    routes,
    "GET",
    "/v1/coupons",
    who=Who.ADMIN,
    query=AnyCouponsQuery,
    answers={200: Page[CouponView]},
    refuses=(BadCursor,),
)
def read_any_coupons(query: AnyCouponsQuery) -> Answer:
    """The platform's coupons, or an author's, the newest first."""
    return ok(issuing.of_anybody(query))


@route(
    routes,
    "POST",
    "/v1/coupons/{code}/withdrawals",
    who=Who.ADMIN,
    answers={204: None},
    refuses=(NotFound,),
)
def withdraw_any_coupon(actor: Actor, code: str) -> Answer:
    """Take a coupon back, whoever's it is. What was ordered with it keeps its price."""
    issuing.withdraw_any(actor, code)
    return no_content()
