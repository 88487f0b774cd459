"""The same world, led by Hypothesis: each step is a deed of ``histories`` whose every choice it draws, and after each
the platform's own invariants are asked. What fails is made as short as it can be.

Nothing goes wrong here by itself: that is what random histories and single faults are for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.prove import checking, resting
from infra.prove.boundaries import Boundaries
from infra.prove.histories import History, Violation
from infra.prove.platform import Platform
from infra.prove.work import world

_ticks = time.perf_counter
STEPS = 25
CHANCE = strategies.randoms(use_true_random=False)


@dataclass
class Led:
    """What was seen of the runs; ``failure`` is the shortest that was found."""

    runs: int = 0
    steps: int = 0
    seconds: float = 0.0
    failure: str = ""

    def found(self) -> list[str]:
        return [self.failure] if self.failure else []

    def report(self) -> dict[str, Any]:
        return {
            "state_machine_runs": self.runs,
            "state_machine_steps": self.steps,
            "state_machine_failures": len(self.found()),
            "state_machine_seconds": round(self.seconds, 1),
        }


def machine(platform: Platform, seen: Led) -> type[RuleBasedStateMachine]:
    """The rules over this world."""
    watch, boundaries = checking.Watch(platform), Boundaries()

    class Shop(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.world = History(platform, 0, boundaries, watch)
            self.world.paid_out, platform.wire.meet = True, None
            self.broken = False
            seen.runs += 1

        def _turns(self, chance: random.Random, deed: Callable[[History], Any]) -> None:
            self.world.chance = chance
            try:
                self.world._do(lambda: deed(self.world))
            except checking.Broken as broken:
                self._must_be_none([str(broken)])

        def _must_be_none(self, found: list[str]) -> None:
            if found:
                self.broken = True
                raise Violation(0, found, self.world.trace)

        @initialize(chance=CHANCE)
        def somebody_has_bought(self, chance: random.Random) -> None:
            """Nothing is told of a shop in which nobody buys."""
            self.somebody_buys(chance)

        @rule(chance=CHANCE)
        def somebody_buys(self, chance: random.Random) -> None:
            for deed in (History.order, History.pay, History.settle_down):
                self._turns(chance, deed)

        @rule(chance=CHANCE)
        def somebody_orders(self, chance: random.Random) -> None:
            self._turns(chance, History.order)

        @precondition(lambda self: bool(self.world._open_pages()))
        @rule(chance=CHANCE)
        def somebody_pays(self, chance: random.Random) -> None:
            self._turns(chance, History.pay)

        @precondition(lambda self: bool(self.world.orders()))
        @rule(chance=CHANCE)
        def somebody_pays_another_page(self, chance: random.Random) -> None:
            self._turns(chance, History.pay_another_page)

        @precondition(lambda self: bool(self.world.orders()))
        @rule(chance=CHANCE)
        def somebody_cancels(self, chance: random.Random) -> None:
            self._turns(chance, History.cancel)

        @precondition(lambda self: bool(self.world.orders()))
        @rule(chance=CHANCE)
        def somebody_wants_the_money_back(self, chance: random.Random) -> None:
            self._turns(chance, History.refund)

        @precondition(lambda self: bool(self.world._to_decide()))
        @rule(chance=CHANCE)
        def an_admin_decides(self, chance: random.Random) -> None:
            self._turns(chance, History.decide)

        @rule(chance=CHANCE)
        def a_bank_asks(self, chance: random.Random) -> None:
            self._turns(chance, History.dispute)

        @precondition(lambda self: bool(platform.fake.every("dispute")))
        @rule(chance=CHANCE)
        def a_bank_decides(self, chance: random.Random) -> None:
            self._turns(chance, History.bank_decides)

        @rule(chance=CHANCE)
        def somebody_refunds_at_stripe(self, chance: random.Random) -> None:
            self._turns(chance, History.by_hand)

        @rule(chance=CHANCE)
        def authors_open_accounts(self, chance: random.Random) -> None:
            self._turns(chance, History.open_account)

        @rule(chance=CHANCE)
        def holds_end(self, chance: random.Random) -> None:
            self._turns(chance, History.be_paid)

        @precondition(lambda self: bool(platform.fake.every("transfer")))
        @rule(chance=CHANCE)
        def an_author_spends(self, chance: random.Random) -> None:
            self._turns(chance, History.spend)

        @rule(chance=CHANCE)
        def our_balance_is_paid_out(self, chance: random.Random) -> None:
            self._turns(chance, History.pay_out)

        @precondition(lambda self: bool(platform.fake.state.queue))
        @rule(chance=CHANCE)
        def webhooks_come(self, chance: random.Random) -> None:
            self._turns(chance, History.webhooks)

        @precondition(lambda self: bool(platform.waiting()))
        @rule(chance=CHANCE)
        def a_batch_is_handed_over(self, chance: random.Random) -> None:
            self._turns(chance, History.hand_over)

        @rule(chance=CHANCE)
        def all_arrives(self, chance: random.Random) -> None:
            self._turns(chance, History.settle_down)

        @rule(chance=CHANCE)
        def a_sweeper_looks(self, chance: random.Random) -> None:
            self._turns(chance, History.sweep)

        @rule(chance=CHANCE)
        def time_passes(self, chance: random.Random) -> None:
            self._turns(chance, History.jump)

        @rule()
        def stripe_settles_and_forgets_keys(self) -> None:
            self.world.settle()
            self.world.prune()

        @invariant()
        def the_books_agree(self) -> None:
            from chalicelib.orders import invariants

            seen.steps += 1
            self._must_be_none(
                [f"{one.invariant} {one.subject}: {one.detail}" for one in invariants.check().differences]
            )

        def teardown(self) -> None:
            if self.broken:
                return
            self.world.recover()
            self._must_be_none(list(resting.at_rest(platform)))

    return Shop


def run(runs: int, seed: int = 0) -> Led:
    """So many and some more, from a seed."""
    platform, seen = world(), Led()
    began = _ticks()
    how = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(machine(platform, seen)), settings=how)
    except Violation as violation:
        seen.failure = f"state machine, {violation}"
    seen.seconds = _ticks() - began
    return seen
