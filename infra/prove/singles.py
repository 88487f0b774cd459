"""Single faults, exhaustively: each story is played once for every call that it makes and every way in which a call can
go wrong. People ask again with the same key, Stripe tells again, the sweepers look; then all must hold."""

from __future__ import annotations

from collections.abc import Iterator

from infra.local.fake_stripe.problems import Problem
from infra.prove import checking
from infra.prove.boundaries import Boundaries, Single
from infra.prove.histories import Violation
from infra.prove.platform import Platform
from infra.prove.stories import STORIES
from infra.prove.telling import VARIANTS, Told
from infra.prove.wire import FAULTS

PLACES = [(story, story % len(VARIANTS)) for story in range(len(STORIES))]
"""Each story is told once, in one of the variants."""


def of(platform: Platform, story: int, variant: int, boundaries: Boundaries, watch: checking.Watch) -> Iterator[Single]:
    """The story is played without a fault, to know its calls; then all runs of it."""
    calls = run(platform, Single(story, variant, 0, ""), boundaries, watch)
    yield from (Single(story, variant, at, fault) for at in range(1, calls + 1) for fault in FAULTS)


def run(platform: Platform, single: Single, boundaries: Boundaries, watch: checking.Watch) -> int:
    """How many calls its story makes. Raises Violation."""
    told = Told(platform, boundaries, watch, single.variant)
    told.way, told.at, told.fault = single, single.at, single.fault
    try:
        return told.tell(STORIES[single.story])
    except Problem as problem:
        raise Violation(single.variant, [f"{single}: {problem.message}"], told.trace) from problem
