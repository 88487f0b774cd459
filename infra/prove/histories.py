"""Random histories: people, Stripe, streams, queues, sweepers and the clock take turns; anything may go wrong at any
call. Then everything recovers, and must come to rest whole. The same seed gives the same history."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from infra.local.fake_stripe import cards
from infra.local.fake_stripe.problems import Problem
from infra.prove import checking, resting, stock
from infra.prove.acting import CARDS
from infra.prove.boundaries import Boundaries, Seed, Way
from infra.prove.deeds import Deeds
from infra.prove.platform import COMPARISON, SWEEPS, Platform
from infra.prove.wire import FAULTS, Cut, Fault
from infra.prove.world import A_DAY, HOLD

STEPS = (1, 7)
TAXED = 0.2
"""Of how many histories taxes are said."""
LONGER = {"bank": 4, "pages": 2, "stuck": 2, "subscriptions": -2}
"""How many turns more, or fewer, by what they are about."""
FAULTY, FAULTIER = 0.06, {"pages": 0.12}
"""How often a call goes wrong, in histories in which calls do; and in those of which that is the point."""
AT_REST = {"release", "dispute", "mail", "ending", "subscription", "release_funds", "pay_out", "end_period"}
"""What still waits where all is over that people did: holds, banks, letters, the ends of passes and of what is
subscribed, and what Stripe makes available."""
NESTED = 0.05
"""How often somebody else takes a turn in the middle of a call."""
THEMES: dict[str, dict[str, float]] = {
    "anything": {},
    "bank": {"bank_decides": 14, "refund": 0.5, "order": 0.3, "open_account": 0.1, "be_paid": 0.3},
    "pages": {"order": 3, "pay_another_page": 8, "pay": 3, "cancel": 4, "jump": 3, "open_account": 0.1, "be_paid": 0.1},
    "refunds": {"refund": 4, "by_hand": 3, "decide": 4, "jump": 3, "order": 0.3, "open_account": 0.1, "dispute": 0.5},
    "authors": {
        "be_paid": 4,
        "pay_out": 3,
        "by_hand": 3,
        "spend": 6,
        "order": 0.5,
        "open_account": 0.5,
        "dispute": 0.5,
    },
    "suspense": {"unknown": 3, "place": 4, "refund": 3, "by_hand": 4, "be_paid": 2, "open_account": 0.1},
    "stuck": {"place_order": 10, "order": 0.3, "open_account": 0.1, "jump": 2},
    "our bank": {"pay_out": 10, "top_up": 4, "order": 0.3, "open_account": 0.1},
    "subscriptions": {"a_month_passes": 12, "unsubscribe": 4, "by_hand": 0.5, "order": 0.3},
}
"""What a history is mostly about, and how much oftener it does what: where anything may come next, what takes several
turns in a row hardly ever does (swarm testing: Groce et al., ISSTA 2012)."""
OFTEN = {
    "bank": 9,
    "pages": 9,
    "authors": 7,
    "refunds": 4,
    "stuck": 6,
    "suspense": 4,
    "our bank": 2,
    "subscriptions": 3,
}
"""Of so many histories; one of the others."""
_BOUGHT = (Deeds.order, Deeds.pay, Deeds.settle_down)
_PAID_OUT = (Deeds.settle, Deeds.be_paid, Deeds.settle_down, Deeds.be_paid, Deeds.settle_down)
_SUBSCRIBED = (Deeds.subscribe, Deeds.pay, Deeds.settle_down)
_SOME_DAYS = (*[Deeds.a_day_passes] * 4, Deeds.settle_down)
BEGINNINGS: dict[str, tuple[tuple[Callable[[Deeds], None], ...], ...]] = {
    "anything": ((),),
    "pages": ((Deeds.order,), (Deeds.order, Deeds.order)),
    "bank": (
        (*_BOUGHT, Deeds.dispute, Deeds.settle_down),
        (*_BOUGHT, Deeds.by_hand, Deeds.settle_down, Deeds.dispute, Deeds.settle_down),
        (*_BOUGHT, Deeds.by_hand, Deeds.settle_down, Deeds.dispute, Deeds.settle_down),
    ),
    "refunds": (
        _BOUGHT,
        *[(*_BOUGHT, Deeds.by_hand, Deeds.settle_down, Deeds.rest_by_hand, Deeds.settle_down)] * 3,
    ),
    "suspense": (
        _BOUGHT,
        (
            *_BOUGHT,
            Deeds.refund,
            Deeds.rest_by_hand,
            Deeds.settle_down,
            Deeds.compare,
            Deeds.a_day_passes,
            Deeds.compare,
        ),
    ),
    "subscriptions": (
        _SUBSCRIBED,
        (Deeds.subscribe, Deeds.jump),
        (*_SUBSCRIBED, Deeds.block_card, Deeds.a_month_passes, Deeds.settle_down),
        (*_SUBSCRIBED, Deeds.block_card, Deeds.a_month_passes, Deeds.settle_down, Deeds.renew_card, *_SOME_DAYS),
        (*_SUBSCRIBED, Deeds.block_card, Deeds.a_month_passes, Deeds.settle_down, Deeds.unsubscribe),
    ),
    "authors": ((Deeds.open_account, *_BOUGHT, *_PAID_OUT),),
    "stuck": ((*_BOUGHT, Deeds.a_day_passes, Deeds.settle_down),),
}
"""What there must be for a theme to have anything to do: one of these; else, something that was bought."""
TRUSTY, UNSTEADY = (*CARDS, *["4242424242424242"] * 8), (*CARDS, *[cards.REFUND_FAILS_LATE] * 6)
PAID_BY = {"refunds": UNSTEADY, "stuck": UNSTEADY} | dict.fromkeys(
    ("bank", "authors", "suspense", "our bank", "subscriptions"), TRUSTY
)
WRONGLY = {"pages": 0.4, "stuck": 0.8}


class Violation(Exception):
    """What did not hold, in which history, after which steps."""

    def __init__(self, seed: int, what: list[str], trace: list[str]) -> None:
        told = "\n".join(
            [f"seed {seed}: {'; '.join(what)}", *(f"  {number} {step}" for number, step in enumerate(trace))]
        )
        super().__init__(told)
        self.seed, self.what, self.trace = seed, what, trace


class History(Deeds):
    patience = 3
    """After how many spans of recovery people decide what waits: what it held up was unknown for a day then."""

    def __init__(self, platform: Platform, seed: int, boundaries: Boundaries, watch: checking.Watch) -> None:
        super().__init__(platform, random.Random(seed))
        self.seed, self.boundaries = seed, boundaries
        self.faults = 0
        self.way: Way = Seed(seed)
        self.hit: set[str] = set()
        """The aims of its way that were met."""
        self.theme = self.chance.choices(list(THEMES), [OFTEN.get(theme, 1) for theme in THEMES])[0]
        self.faulty = self.chance.random() < 0.8
        self.paid_out = self.chance.random() < (0.4 if self.theme == "authors" else 0.1)
        self.compared = self.chance.random() < (1 if self.theme == "suspense" else 0.05)
        self.disturbed = self.patience if self.compared and self.chance.random() < 0.5 else 1
        """In how many spans of its recovery calls go wrong."""
        self.patient = self.chance.random() < 0.05
        """Time passes until all of it is over, also where nothing waits any more."""
        self.wrongly = WRONGLY.get(self.theme, self.wrongly)
        self.cards = PAID_BY.get(self.theme, self.cards)
        if self.theme == "pages":
            self.outcomes = ("approve", "decline", "later", "later_fail", "later_fail")
        platform.begin(seed)
        platform.watch = watch
        platform.wire.meet = self._meet
        if self.chance.random() < 0.5:
            platform.fake.merchant.settle_after = self.chance.choice((0, 60, 600))

    def play(self) -> None:
        """Raises Violation."""
        try:
            self.begin()
            for _ in range(self.chance.randint(*STEPS) + LONGER.get(self.theme, 0)):
                self.turn()
            self.recover()
            found = list(resting.at_rest(self.platform))
        except checking.Broken as broken:
            found = [str(broken)]
        if found:
            raise Violation(self.seed, found, self.trace)

    def begin(self) -> None:
        """What there must be for the theme to have anything to do."""
        if random.Random(f"taxes of {self.seed}").random() < TAXED:
            self.tax()
        self.note(f"about {self.theme}{', taxed' if self.taxed else ''}")
        for deed in self.chance.choice(BEGINNINGS.get(self.theme, (_BOUGHT,))):
            self._do(partial(deed, self))

    # Turns

    def turn(self) -> None:
        fake, waiting, orders = self.platform.fake, self.platform.waiting(), self.orders()
        paid = any(one["status"] == "succeeded" for one in fake.every("charge").values())
        weighed: list[tuple[int, Callable[[], None]]] = [
            (2 if orders else 8, self.order),
            (4 if self._open_pages() else 0, self.pay),
            (4 if fake.state.queue else 0, self.webhooks),
            (6 if waiting else 0, self.hand_over),
            (5, self.settle_down),
            (4 if paid else 0, self.refund),
            (3 if self._to_decide() else 0, self.decide),
            (5 if paid and self._gifts() else 0, self.offer),
            (5 if self.links else 0, self.claim),
            (1 if orders else 0, self.cancel),
            (1 if self.theme in ("anything", "subscriptions") else 0, self.subscribe),
            (1 if self._subscribed() else 0, self.pay_another_page_to_subscribe),
            (2 if fake.every("subscription") else 0, self.unsubscribe),
            (2 if fake.every("subscription") else 0, self.block_card),
            (1 if fake.every("subscription") else 0, self.renew_card),
            (2 if fake.every("subscription") else 0, self.a_month_passes),
            (2 if paid else 0, self.dispute),
            (4 if fake.every("dispute") else 0, self.bank_decides),
            (5 if fake.every("transfer") else 1 if paid else 0, self.by_hand),
            (1 if orders else 0, self.pay_another_page),
            (1, self.sweep),
            (2, self.jump),
            (1 if fake.every("account") else 2, self.open_account),
            (3 if paid else 0, self.be_paid),
            (1 if fake.every("transfer") else 0, self.spend),
            (1 if paid else 0, self.pay_out),
            (1 if paid else 0, self.top_up),
            (1 if paid else 0, self.settle),
            (2 if self.compared else 0, self.unknown),
            (3 if self._in_suspense() else 0, self.place),
            (4 if self._unreturned() else 0, self.place_order),
            (1, self.prune),
        ]
        oftener = THEMES[self.theme]
        weights = [weight * oftener.get(deed.__name__, 1) for weight, deed in weighed]
        self._do(self.chance.choices([deed for _, deed in weighed], weights)[0])

    def _do(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except Cut as cut:
            self.note(f"… cut off at {cut}")
        except Problem as problem:
            self.note(f"… Stripe: {problem.message}")

    # What goes wrong, and how it ends

    def _meet(self, boundary: str) -> Fault:
        if fault := self._pass(boundary):
            return fault
        if self.depth < 2 and self.chance.random() < NESTED:
            self._nest()
        if self.faulty and self.chance.random() < FAULTIER.get(self.theme, FAULTY):
            return self._fail(boundary, self.chance.choice(FAULTS))
        return ""

    def _pass(self, boundary: str) -> Fault:
        if self.platform.wire.function:  # else our checks look, with the platform's own means
            self.boundaries.passed[boundary] += 1
            self.boundaries.ways.setdefault(boundary, self.way)
            aims = dict(self.way.aims)
            if boundary in aims and boundary not in self.hit:
                self.hit.add(boundary)
                return self._fail(boundary, aims[boundary])
        return ""

    def _fail(self, boundary: str, fault: Fault) -> Fault:
        self.boundaries.hit[boundary] += 1
        self.faults += 1
        self.note(f"! {fault} at {boundary}")
        return fault

    def _nest(self) -> None:
        """Somebody else takes a turn while this call is on its way."""
        self.depth += 1
        try:
            deeds = (
                self.hand_over,
                self.webhooks,
                self.refund,
                self.pay,
                self.cancel,
                self.sweep,
                self.order,
                self.claim,
                self.place,
            )
            self._do(self.chance.choice(deeds))
        finally:
            self.depth -= 1

    def recover(self) -> None:
        """Time passes, and after a while nothing goes wrong any more."""
        for number, seconds in enumerate((5_000, *[A_DAY] * 5)):
            if number == self.disturbed:
                self.platform.wire.meet = self._pass
                self.note("all is well again")
            if self.compared and number == self.patience:
                self.decide_all(willing=False)
            self._wait(seconds)
            if number and not self.compared:
                self.decide_all(willing=True)
            if number > (self.patience if self.compared else 0) and self._rests():
                break
        for seconds in (HOLD, A_DAY, A_DAY) if self.paid_out else ():
            self._wait(seconds)
        for seconds in (A_DAY, A_DAY) if self.patient else ():
            self._wait(seconds)

    def _wait(self, seconds: int) -> None:
        """Time passes, and the schedules look."""
        self.passes(seconds)
        self.settle()
        self.calm()
        for name in (*SWEEPS, COMPARISON) if self.compared else SWEEPS:
            self.platform.sweep(name)
        self.calm()

    def _rests(self) -> bool:
        """Nothing waits for time to pass, but for the ends of holds."""
        if self.patient:
            return False
        tables = (self.platform.store.tables[f"lyceum-dev-{name}"].items for name in ("orders", "inbox", "outbox"))
        waits = {item["unfinished"]["S"] for items in tables for item in items.values() if "unfinished" in item}
        planned = {entry["deed"] for entry in self.platform.fake.state.agenda}
        return waits <= AT_REST and planned <= AT_REST

    def decide_all(self, willing: bool) -> None:
        """Nobody leaves a request for ever: what somebody refunded by hand beyond what it leaves waits for that."""
        for order_id, row in self._to_decide():
            path = f"/v1/orders/{order_id}/refund-requests/{row.removeprefix('request#')}/decisions"
            for admin in stock.ADMINS if willing else ():
                self._do(partial(self.call, "POST", path, {"approve": True}, admin))
            for admin in stock.ADMINS:  # who approved does not decide again
                self._do(partial(self.call, "POST", path, {"approve": False, "because": "a bank decides"}, admin))
        self.calm()
