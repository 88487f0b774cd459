"""The rules by which a buyer gets money back: fixed by version, told before paying, and frozen in the order.

Pure. A version is never changed; new rules are a new version, for the orders placed from then on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.core.errors import NotFound
from chalicelib.orders.shapes import PolicyView

METHOD_DAYS = {"alipay": 90, "wechat_pay": 180}
"""How long the provider can send money back by a method that has a limit (docs.stripe.com/refunds)."""

OUTSIDE_WINDOW, MOSTLY_CONSUMED, MANY_REFUNDS = "outside_window", "mostly_consumed", "many_refunds"
PART_OF_WORK, PART_OF_BUNDLE = "part_of_work", "part_of_bundle"


class Policy(Struct, frozen=True):
    """Within ``window_days`` of paying, of whole works and bundles of which at most ``most_consumed_percent`` was used,
    and with less than ``most_in_a_year`` earlier refunds, money goes back without anybody deciding. Otherwise somebody
    decides: so of a part, for which the buyer would keep the work."""

    version: str
    window_days: int
    most_consumed_percent: int
    most_in_a_year: int
    second_approval_from: int
    """From this many minor units on, two people must approve what is decided by people."""


POLICIES = {"2026-11": Policy("2026-11", 14, 30, 5, 100_000)}


LONGEST_WINDOW = max(policy.window_days for policy in POLICIES.values())


def in_words(version: str) -> str:
    """For the page that the order is paid on, whose language is not ours to know: both."""
    rules = POLICIES[version]
    days, percent = rules.window_days, rules.most_consumed_percent
    return (
        f"Refunds (rules {version}): within {days} days of paying and with at most {percent} % of it used, all that "
        f"you paid for a work comes back without anybody deciding; otherwise somebody decides. A file that you opened "
        f"is used.\n"
        f"退款规则（{version}）：付款后 {days} 天内且使用不超过 {percent}%，自动退款（仅限整部作品）；"
        f"其他情况由人工决定。打开过的文件视为已使用。"
    )


def view(version: str) -> PolicyView:
    """Raises NotFound."""
    if version not in POLICIES:
        raise NotFound
    policy = POLICIES[version]
    return PolicyView(
        policy.version, policy.window_days, policy.most_consumed_percent, policy.most_in_a_year, METHOD_DAYS
    )


class Asked(Struct, frozen=True):
    """What is asked back, ``paid_at`` that moment. ``consumed``: shares of the works, from 0 to 1. ``earlier``: other
    orders of the buyer that went back within a year. ``splits_work``: some of its price stays paid; ``splits_bundle``:
    other works of its bundle do."""

    paid_at: datetime
    consumed: list[float]
    earlier: int
    splits_work: bool
    splits_bundle: bool


def reasons(policy: Policy, asked: Asked, now: datetime) -> Iterator[str]:
    """Why somebody must decide; none where the rules do."""
    if now - asked.paid_at > timedelta(days=policy.window_days):
        yield OUTSIDE_WINDOW
    if any(share * 100 > policy.most_consumed_percent for share in asked.consumed):
        yield MOSTLY_CONSUMED
    if asked.earlier >= policy.most_in_a_year:
        yield MANY_REFUNDS
    if asked.splits_work:
        yield PART_OF_WORK
    if asked.splits_bundle:
        yield PART_OF_BUNDLE


def closes_at(method: str | None, paid_at: datetime) -> datetime | None:
    """From when on the method cannot send money back; None where it always can."""
    days = METHOD_DAYS.get(method or "")
    return paid_at + timedelta(days=days) if days else None
