"""SIGKILLs of the running platform: while people buy, want money back and are paid, the API or the jobs end at random
moments, as machines do, and start anew. Whenever it comes to rest all must hold."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.local.fake_stripe import FakeStripe, Merchant, serve
from infra.local.supervisor import LocalPlatform
from infra.local.their_stripe import TheirStripe

SHOPPERS = 3
KILLS_A_ROUND = 10
AT_ONCE = 0.2
"""How often both parts die, one right after the other."""
JUMPS = (5, 70, 130, 400)
"""Seconds of the clock after a kill: within leases, past that of a key, of a task, and past a message's."""
RESTS = (400, 400, 4_000)
"""Past what waits for whoever was killed, and past the sweepers' patience."""
A_DAY, HOLD = 90_000, 15 * 86_400
PATIENCE_SECONDS = 60
"""Of real time in which nothing changes, and something waits all the same."""
MOST_RESTS = 20
SHOWN = 3
SECRET, KEY = "whsec_of_the_kills", "sk_test_of_the_kills"


class Restless(Exception):
    """Something is not managed, however often it comes again."""


@dataclass
class Killed:
    """What was seen. ``differences`` are all that did not hold."""

    kills: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    waited: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)

    def found(self) -> list[str]:
        return [f"after a kill: {difference}" for difference in self.differences]

    def report(self) -> dict[str, Any]:
        return {
            "kills": self.kills.total(),
            "kills_of": dict(sorted(self.kills.items())),
            "kills_differences": len(self.differences),
            "kills_seconds": round(self.seconds, 1),
            "kills_played": dict(sorted(self.did.items())),
            "kills_asked_again": self.waited,
        }


def play(number: int, seed: int) -> Killed:
    """So many kills, in a process of its own."""
    began = time.monotonic()
    with opened(seed) as loop:
        seen = loop.run(number)
    seen.seconds = time.monotonic() - began
    return seen


@contextmanager
def opened(seed: int) -> Iterator[Loop]:
    """The platform, held by this process; and Stripe, by the lever that an examiner has."""
    fake = FakeStripe(SECRET, None, Merchant(settle_after=60), KEY, str(seed))
    with serve(fake, courier=True) as stripe:
        platform = LocalPlatform(theirs=TheirStripe(stripe.url, SECRET, KEY))
        fake.webhook_url = f"{platform.api_url}/v1/webhooks/stripe"
        with platform:
            yield Loop(platform, fake, seed)


class Loop:
    def __init__(self, platform: LocalPlatform, fake: FakeStripe, seed: int) -> None:
        from infra.local.clockwork import MovableClock
        from infra.prove import shoppers, standing, stock

        self.platform, self.fake = platform, fake
        self.chance, self.clock, self.seen = random.Random(seed), MovableClock(), Killed()
        self.desk, self.shoppers = shoppers.Desk(platform.api_url), list[shoppers.Shopper]()
        self.standing = standing.Standing(platform, fake)
        self._sweeper = ThreadPoolExecutor(1)
        stock.put()
        self._open_accounts()

    def run(self, number: int) -> Killed:
        began = time.monotonic()
        while (left := number - self.seen.kills.total()) > 0 and not self.seen.differences:
            self._round(min(left, KILLS_A_ROUND))
            done, spent = self.seen.kills.total(), time.monotonic() - began
            found, ahead = len(self.seen.differences), spent / done * (number - done)
            told = f"kills: {done}, {found} differences, {spent:.0f} s, {max(0, ahead):.0f} s left"
            print(told, file=sys.stderr, flush=True)
        self._sweeper.shutdown(cancel_futures=True)
        self.seen.did = sum((shopper.did for shopper in self.shoppers), Counter[str]())
        self.seen.did |= {kind: len(self.fake.every(kind)) for kind in ("transfer", "dispute")}
        self.seen.waited = self.desk.waited
        return self.seen

    def _round(self, kills: int) -> None:
        from infra.prove.shoppers import Shopper

        came = [Shopper(self.desk, self.fake, f"{len(self.shoppers) + number}") for number in range(SHOPPERS)]
        self.shoppers += came
        over = self.seen.kills.total() + kills
        with ThreadPoolExecutor(SHOPPERS) as pool:
            shopping = [pool.submit(self._shop, shopper, over) for shopper in came]
            while self.seen.kills.total() < over:
                self._kill()
            self._wait_for(shopping)
        try:
            self._rest()
        except Restless as restless:
            self.seen.differences += [str(restless), *self._last_errors()]
        else:
            self.seen.differences += self.differences(came)

    def _shop(self, shopper: Any, over: int) -> None:
        """As long as there are kills to come, and once at least."""
        shopper.shop()
        while self.seen.kills.total() < over:
            shopper.shop()

    def _kill(self) -> None:
        time.sleep(self.chance.random() * 0.6)
        parts = ["api", "jobs"] if self.chance.random() < AT_ONCE else [self.chance.choice(("api", "jobs"))]
        for part in parts:
            self.platform.kill(part)
            self.seen.kills[part] += 1
        self._leap(self.chance.choice((*JUMPS, *((HOLD, A_DAY) if self.chance.random() < 0.1 else ()))))
        self._sweeper.submit(self.platform.sweep)

    def _leap(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)
        self.fake.tick()

    def _wait_for(self, shopping: list[Future[None]]) -> None:
        """A key whose request was killed is held for a minute of the clock. Raises what they raised."""
        while wait(shopping, timeout=1).not_done:
            self._leap(70)
        for each in shopping:
            each.result()

    # Rest

    def _rest(self) -> None:
        """Nobody is killed any more, and time passes; in the end the holds do, and authors are paid."""
        for seconds in (*RESTS, HOLD, A_DAY, A_DAY):
            self._calm(seconds)
        for _ in range(MOST_RESTS):
            if not self.standing.leaves_messages():
                return
            self._calm(RESTS[0])
        raise Restless("messages never come to their end")

    def _calm(self, seconds: int) -> None:
        self._leap(seconds)
        self.platform.sweep()
        seen, since, quiet = list[str](), time.monotonic(), 0
        while quiet < 3:
            time.sleep(0.1)
            moving = self.standing.moving()
            quiet = 0 if moving else quiet + 1
            if moving != seen:
                seen, since = moving, time.monotonic()
            elif moving and time.monotonic() - since > PATIENCE_SECONDS:
                raise Restless(f"it never comes to rest: {', '.join(moving)}")

    # What must hold

    def differences(self, came: list[Any]) -> Iterator[str]:
        from infra.prove import resting

        yield from self._reported()
        yield from resting.at_rest(self.standing.stored())
        for shopper in came:
            yield from shopper.disagreements()

    def _reported(self) -> Iterator[str]:
        """What a report says that is asked for as an examiner asks."""
        import requests

        report = self._report()
        if report["state"] != "done":
            yield f"the report {report['report_id']} is {report['state']}"
            return
        for each in requests.get(report["result"]["url"], timeout=PATIENCE_SECONDS).json()["differences"]:
            if " in suspense since " not in each["detail"]:  # a person looks at what could not go back
                yield f"reported: {each['invariant']} {each['subject']}: {each['detail']}"

    def _last_errors(self) -> list[str]:
        lines = (self.platform.folder / "jobs.out").read_text(encoding="utf-8", errors="replace").splitlines()
        return [line[:2_000] for line in lines if '"level":"ERROR"' in line][-SHOWN:]

    def _report(self) -> Any:
        from infra.prove.stock import ADMINS

        path = "/v1/admin/invariant-reports"
        _, report = self.desk.ask("POST", path, ADMINS[0], key=f"report-of-kill-{self.seen.kills.total()}")
        while report["state"] == "pending":
            time.sleep(0.2)
            _, report = self.desk.ask("GET", f"{path}/{report['report_id']}", ADMINS[0])
        return report

    def _open_accounts(self) -> None:
        from infra.local.fake_stripe import accounts
        from infra.prove.stock import AUTHORS

        for author in AUTHORS:
            self.desk.ask("POST", "/v1/me/payee", author, {"country": "SG"})
        with self.fake.lock:
            for account in list(self.fake.every("account")):
                accounts.complete(self.fake, account)
