"""Faults on order: the next calls that match a method and a path go wrong, each kind in its own way.

==================  =========  ============================================================================
kind                committed  the caller sees
==================  =========  ============================================================================
``refuse``          no         ``status`` (429, 500, 503 …), not stored under the Idempotency-Key
``fail``            no         ``status``, stored: the key gives it again until it is pruned
``drop_before``     no         a broken connection
``drop_after``      yes        a broken connection; the key gives the true answer
``fail_after``      yes        ``status``, stored: the key never gives the true answer
``slow``            yes        the true answer after ``seconds``; meanwhile the same key answers 409
==================  =========  ============================================================================
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, get_args

from infra.local.fake_stripe.problems import Problem
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

Kind = Literal["refuse", "fail", "drop_before", "drop_after", "fail_after", "slow"]
KINDS = get_args(Kind)


def order(
    fake: FakeStripe,
    kind: Kind,
    method: str = "*",
    path: str = "*",
    times: int = 1,
    status: int = 500,
    seconds: float = 1.0,
) -> None:
    """The next ``times`` API calls whose method and path match these patterns (``/v1/refunds*``) go wrong."""
    if kind not in KINDS:
        raise ValueError(f"a fault is one of {', '.join(KINDS)}")
    with fake.lock:
        told = {"kind": kind, "method": method, "path": path, "times": times, "status": status, "seconds": seconds}
        fake.state.faults.append(told)


def clear(fake: FakeStripe) -> None:
    with fake.lock:
        fake.state.faults.clear()


def take(fake: FakeStripe, method: str, path: str) -> Object:
    """The fault that this call meets, used up by one; an empty one where none was ordered."""
    for fault in fake.state.faults:
        if fault["times"] > 0 and fnmatchcase(method, fault["method"]) and fnmatchcase(path, fault["path"]):
            fault["times"] -= 1
            return dict(fault)
    return {"kind": None}


def problem(fault: Object, saved: bool) -> Problem:
    status = fault["status"]
    if status == 429:
        return Problem(429, "Too many requests hit the API too quickly.", code="rate_limit", saved=saved)
    return Problem(status, "An unknown error occurred. This is a fault on order.", kind="api_error", saved=saved)
