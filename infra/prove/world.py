"""What banks, Stripe, the schedules and the clock do in a history, a deed each."""

from __future__ import annotations

from typing import Any

from infra.local.fake_stripe import balance, disputes, payouts, refunds, topups, webhooks
from infra.prove.acting import Acting
from infra.prove.platform import BEGINNING, COMPARISON, SWEEPS

ENDS = ("needs_response", "under_review", "won", "lost", "warning_closed", "appeal_under_review")
JUMPS = (5, 70, 400, 3_000, 90_000)
"""Seconds: within a lease, past a wallet's word, past the sweepers' patience, past a page's life, past a pruned key."""
AN_HOUR, A_DAY = 3_600, 90_000
HOLD = 15 * 86_400
LONGEST = 60 * 86_400
"""After which nobody waits for holds any more, in seconds."""


class World(Acting):
    # Events

    def webhooks(self) -> None:
        fake = self.platform.fake
        how: webhooks.Order = self.chance.choice(("as_is", "as_is", "shuffled", "reversed"))
        times = self.chance.choice((1, 1, 1, 2))
        if self.chance.random() < 0.1:
            lost = webhooks.drop(fake)
            return self.note(f"{len(lost)} webhooks are lost")
        if self.chance.random() < 0.15 and fake.every("event"):
            again = self.chance.choice(list(fake.every("event")))
            self.note(f"an old webhook comes again: {fake.find('event', again)['type']}")
            webhooks.duplicate(fake, again)
        told = webhooks.deliver(fake, None, how, times, None, self.chance.randint(0, 9))
        return self.note(f"webhooks {how} × {times}: {[one['type'] for one in told]}")

    def hand_over(self) -> None:
        if waiting := self.platform.waiting():
            place, twice = self.chance.choice(waiting), self.chance.random() < 0.1
            self.note(f"{place}{' twice' if twice else ''}")
            self.platform.hand_over(place, twice)

    def settle_down(self) -> None:
        """Everything that waits arrives."""
        self.note("all arrives")
        self.calm()

    def sweep(self) -> None:
        name = self.chance.choice((*SWEEPS, COMPARISON) if self.compared else SWEEPS)
        self.note(name)
        self.platform.sweep(name)

    def compare(self) -> None:
        self.note("the hour is compared")
        self.platform.sweep(COMPARISON)

    # Banks

    def dispute(self) -> None:
        if (charge := self._charge()) and (left := charge["amount"] - charge["amount_refunded"]):
            amount = left if self.chance.random() < 0.6 else self.chance.randint(1, left)
            inquiry = self.chance.random() < 0.3
            self.note(f"{amount} of {charge['id'][-4:]} is disputed{' (inquiry)' if inquiry else ''}")
            disputes.open_dispute(self.platform.fake, charge["id"], amount, inquiry=inquiry)

    def bank_decides(self) -> None:
        """A dispute goes on; it may be that we hear of it before it does again."""
        fake = self.platform.fake
        one = self.chance.choice(list(fake.every("dispute").values()))
        if ends := [status for status in ENDS if _may_become(one, status)]:
            status = self.chance.choice(ends)
            self.note(f"dispute {one['id'][-4:]}: {one['status']} → {status}")
            disputes.move(fake, one["id"], status)
            if self.chance.random() < 0.6:
                self.calm()

    def pay_out(self) -> None:
        """Our own balance goes to our bank, which may not take it."""
        fake = self.platform.fake
        if (there := balance.available(fake, "usd")) > 1:
            payout = payouts.create(fake, {"amount": there // 2, "currency": "usd"})
            self.note(f"{there // 2} is paid out")
            if self.chance.random() < 0.5:
                payouts.fail(fake, payout["id"])

    def top_up(self) -> None:
        """Our bank adds to our balance, and may take it back."""
        self.note("we add to our balance")
        topup = topups.create(self.platform.fake, {"amount": self.chance.randrange(1, 5_000), "currency": "usd"})
        if self.chance.random() < 0.3:
            topups.reverse(self.platform.fake, topup["id"])

    # Stripe

    def rest_by_hand(self) -> None:
        self.by_hand(wholly=1)

    def by_hand(self, wholly: float = 0.3) -> None:
        """Somebody refunds in Stripe's dashboard, so often all that is left."""
        if (charge := self._charge()) and (left := charge["amount"] - charge["amount_refunded"]):
            amount = left if self.chance.random() < wholly else self.chance.randint(1, left)
            self.note(f"{amount} of {charge['id'][-4:]} is refunded by hand")
            refunds.create(self.platform.fake, {"charge": charge["id"], "amount": amount})

    def unknown(self) -> None:
        """The balance moves, and nothing says why; perhaps the hour is over then."""
        kind, sign = self.chance.choice((("stripe_fee", -1), ("adjustment", 1)))
        amount = self.chance.randint(1, 500)
        self.note(f"{kind} of {amount}")
        balance.make(self.platform.fake, sign * amount, kind, fee=self.chance.choice((0, 3)))
        if self.chance.random() < 0.7:
            self.passes(AN_HOUR)
            self.platform.sweep(COMPARISON)

    def settle(self) -> None:
        for charge in balance.unsettled(self.platform.fake):
            balance.settle_charge(self.platform.fake, charge)

    def prune(self) -> None:
        self.note("Stripe forgets idempotency keys")
        self.platform.fake.state.keys.clear()

    # Time

    def jump(self) -> None:
        seconds = self.chance.choice(JUMPS)
        self.note(f"{seconds} s pass")
        self.passes(seconds)

    def a_day_passes(self) -> None:
        self.note("a day passes")
        self.passes(A_DAY)

    def a_month_passes(self) -> None:
        """And Stripe charges what renews, or tries; within what is waited for."""
        if self.platform.now > BEGINNING + LONGEST:
            return
        self.note("a month passes")
        for seconds in (15 * 86_400, 16 * 86_400, AN_HOUR + 60):
            self.passes(seconds)
            self.platform.sweep("orders_sweep")

    def be_paid(self) -> None:
        """The holds end, and it becomes another day; within what wallets still send back."""
        if self.platform.now > BEGINNING + LONGEST:
            return
        self.note("the holds end")
        for seconds in (HOLD, A_DAY):
            self.passes(seconds)
            self.platform.sweep("orders_sweep")


def _may_become(dispute: Any, status: str) -> bool:
    """As banks decide: an inquiry closes or becomes a dispute; what was lost or won may be appealed."""
    before = dispute["status"]
    follows = {
        "warning_needs_response": ("needs_response", "warning_closed"),
        "warning_under_review": ("needs_response", "warning_closed"),
        "needs_response": ("under_review", "won", "lost"),
        "under_review": ("won", "lost"),
        "lost": ("appeal_under_review",),
        "won": ("appeal_under_review",),
        "appeal_under_review": ("won", "lost"),
    }
    if before == "appeal_under_review" and status == "lost" and len(dispute["balance_transactions"]) == 2:
        return False  # this fake does not take money a second time
    return status in follows.get(before, ())
