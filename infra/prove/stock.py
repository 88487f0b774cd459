"""Who is there before a history begins: readers, authors, admins; works of several hands, in several currencies; and
coupons, some for few."""

from __future__ import annotations

from typing import Any

from chalicelib.accounts import tokens
from chalicelib.accounts.models import Account, Session, session_row
from chalicelib.catalog.models import BundleRow, PassRow, WorkRow
from chalicelib.core import clock, ids
from chalicelib.coupons.models import PLATFORM, CouponRow
from infra.prove.platform import Platform

READERS = tuple(ids.derived("reader", number) for number in "12")
AUTHORS = tuple(ids.derived("author", number) for number in "123")
ADMINS = tuple(ids.derived("admin", number) for number in "12")
CLAIMERS = (*READERS, *ADMINS)
WORKS = {
    ids.derived("work", "1"): ({"usd": 900, "cny": 6_500, "jpy": 900}, {AUTHORS[0]: 10_000}),
    ids.derived("work", "2"): ({"usd": 1_001, "jpy": 777}, {AUTHORS[0]: 6_667, AUTHORS[1]: 3_333}),
    ids.derived("work", "3"): ({"usd": 333, "cny": 401}, {AUTHORS[0]: 3_334, AUTHORS[1]: 3_333, AUTHORS[2]: 3_333}),
    ids.derived("work", "4"): ({"usd": 250_000, "cny": 999_999}, {AUTHORS[1]: 10_000}),
    ids.derived("work", "5"): ({"usd": 0, "cny": 0, "jpy": 0}, {AUTHORS[2]: 10_000}),
}
BUNDLE, BUNDLED = ids.derived("bundle", "1"), tuple(WORKS)[:2]
BUNDLE_PRICES = {"usd": 1_499, "jpy": 1_299}
PASSES = {
    ids.derived("pass", "1"): (AUTHORS[0], 30, {"usd": 700, "cny": 4_900}),
    ids.derived("pass", "2"): (AUTHORS[2], 7, {"usd": 199, "jpy": 301}),
}
"""Whose, for how many days, and at what prices."""
COUPONS: dict[str, dict[str, Any]] = {
    "THIRD": {"basis_points": 3_333},
    "ONCE": {"basis_points": 2_000, "most_uses": 1},
    "EACH": {"basis_points": 1_700, "most_by_buyer": 1},
    "AMOUNT": {"amount": 350, "currency": "usd"},
    "NEARLY": {"basis_points": 9_999, "most_uses": 2},
    "FREE": {"basis_points": 10_000, "work_ids": [ids.derived("work", "1")]},
    "OWNERS": {"basis_points": 1_250, "owner_id": AUTHORS[1]},
}


def fill(platform: Platform) -> None:
    """And keep it, for each history to begin with."""
    put()
    platform.stock = platform.store.keep()


def put() -> None:
    for name in (*READERS, *AUTHORS, *ADMINS):
        admit(name)
    for work_id, (prices, shares) in WORKS.items():
        WorkRow(
            work_id,
            owner_id=next(iter(shares)),
            kind="article",
            state="published",
            version=1,
            title=work_id,
            prices=prices,
            shares=shares,
            authors=[{"author_id": author, "name": author} for author in shares],
            subjects=["science"],
            created_at=clock.now(),
            published_at=clock.now(),
            updated_at=clock.now(),
        ).save()
    offer: dict[str, Any] = {"shelf": "all", "published_at": clock.now()}
    told: dict[str, Any] = {"summary": "", "language": "en", "work_ids": list(BUNDLED), "prices": BUNDLE_PRICES}
    BundleRow(BUNDLE, owner_id=AUTHORS[0], title="bundle", **told, **offer).save()
    for pass_id, (author, days, prices) in PASSES.items():
        PassRow(pass_id, owner_id=author, title="pass", days=days, prices=prices, **offer).save()
    for code, terms in COUPONS.items():
        CouponRow(
            code, **{"owner_id": PLATFORM, **terms}, made_by=ADMINS[0], confirmed_by=ADMINS[1], created_at=clock.now()
        ).save()


def admit(name: str) -> None:
    """Somebody with an account and a session."""
    Account(
        name,
        email=f"{name}@example.com",
        password_hash="none",
        name=name,
        language="en",
        time_zone="UTC",
        roles=_roles(name),
        created_at=clock.now(),
    ).save()
    Session(
        name, session_row("session"), refresh_hash="none", epoch=0, started_at=clock.now(), expires_at=4_000_000_000
    ).save()


def token(name: str) -> str:
    """As somebody who has just signed in has."""
    return tokens.issue(name, "session", _roles(name))


def _roles(name: str) -> set[str]:
    return {"reader"} | ({"author"} if name in AUTHORS else {"admin"} if name in ADMINS else set())
