"""Single faults, exhaustively: each story of this list is played once for every call that it makes and every way in
which a call can go wrong. People ask again with the same key, Stripe tells again, the sweepers look; then all must
hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from infra.local.fake_stripe import accounts, balance, cards, disputes, payments, payouts, refunds, webhooks
from infra.local.fake_stripe.problems import Problem
from infra.prove import checking, stock
from infra.prove.boundaries import Boundaries
from infra.prove.deeds import A_DAY, HOLD
from infra.prove.histories import History, Violation
from infra.prove.platform import SWEEPS, Platform
from infra.prove.wire import FAULTS, Cut, Fault

CARD = "4242424242424242"
VARIANTS = [("usd", 0), ("usd", 60), ("cny", 60), ("jpy", 0)]
"""The currency that is paid in; how many seconds later Stripe books it."""


class Told(History):
    """A history that is written down, with one fault at most: at the call of that number, from 1."""

    def __init__(self, platform: Platform, boundaries: Boundaries, watch: checking.Watch, variant: int) -> None:
        super().__init__(platform, variant, boundaries, watch)
        self.currency, platform.fake.merchant.settle_after = VARIANTS[variant]
        self.at, self.met = 0, 0
        self.fault: Fault = ""
        self.compared, self.patient = False, False
        self.buyer, self.order_id, self.link = stock.READERS[0], "", ""

    def _meet(self, boundary: str) -> Fault:
        self.met += 1
        return self._fail(boundary, self.fault) if self.met == self.at else self._pass(boundary)

    def tell(self, story: Callable[[Told], None]) -> int:
        """How many calls it makes. Raises Violation."""
        try:
            story(self)
            self.calm()
            calls = self.met
            self.recover()
            found = list(checking.at_rest(self.platform))
        except checking.Broken as broken:
            found = [str(broken)]
        if found:
            raise Violation(self.seed, [story.__name__, *found], self.trace)
        return calls

    # What people do: they ask again with the same key, once

    def buys(self, number: int = 2, card: str = CARD, method: str = "card", outcome: str = "approve") -> None:
        self.orders_works(number)
        self.pays(card, method, outcome)

    def orders_works(self, number: int, which: slice = slice(None), **more: object) -> None:
        sold = [work for work, (prices, _) in stock.WORKS.items() if prices.get(self.currency)][which]
        body = {"work_ids": sold[:number], "currency": self.currency, **more}
        for _ in range(3):
            answer = self.asks("/v1/orders", body, "the-key-of-the-order")
            if "order_id" in answer:
                self.order_id = str(answer["order_id"])
                return

    def pays(self, card: str = CARD, method: str = "card", outcome: str = "approve", amount: int | None = None) -> None:
        for page in self._open_pages():
            if page["client_reference_id"] == self.order_id:
                payments.pay(self.platform.fake, page["id"], method, outcome, card, amount)
        self.calm()

    def asks_for_refund(self, part: int = 0, key: str = "1") -> None:
        work, price = self._lines(self.order_id)[-1]
        body = {"works": [{"work_id": work, "amount": max(1, price // part)}]} if part else {}
        path = f"/v1/orders/{self.order_id}/refund-requests"
        for _ in range(3):
            if "status" in self.asks(path, body, f"key-of-refund-{key}"):
                break
        if part:
            self.people_decide()
        self.calm()

    def people_decide(self) -> None:
        for admin in stock.ADMINS:
            for order_id, row in self._to_decide():
                path = f"/v1/orders/{order_id}/refund-requests/{row.removeprefix('request#')}/decisions"
                self.asks(path, {"approve": True}, "", admin)

    def asks(self, path: str, body: object, key: str, who: str = "") -> dict[str, Any]:
        try:
            status, answer = self.call("POST", path, body, who or self.buyer, key)
        except Cut:
            self.note("… cut off")
            status, answer = 0, {}
        self.note(f"{path}: {status}")
        if not 200 <= status < 300:
            self.platform.now += 61  # the claim of a request that broke off holds for a minute
            return {}
        return dict(answer)

    def wants_too(self, code: str, who: str) -> None:
        """One more order with the same coupon."""
        body = {"work_ids": [next(iter(stock.WORKS))], "currency": self.currency, "coupon": code}
        self.asks("/v1/orders", body, "the-key-of-another", who)
        self.calm()

    def gives(self, who: str = stock.READERS[1]) -> None:
        """The buyer gives the link away, and whoever has it claims the gift; both ask again."""
        for _ in range(3):
            self.link = self.asks(f"/v1/orders/{self.order_id}/gift-links", None, "").get("token", self.link)
            if self.claims(who):
                break
        self.calm()

    def claims(self, who: str) -> bool:
        return bool(self.link and self.asks("/v1/gift-claims", {"token": self.link}, "", who))

    def gives_by_a_voided_link(self) -> None:
        path = f"/v1/orders/{self.order_id}/gift-links"
        self.link = self.asks(path, None, "").get("token", "")
        if self.asks(path, None, "") and self.claims(stock.READERS[1]):
            raise checking.Broken("a gift was claimed by a link that a newer one had voided")

    def opens_account(self) -> None:
        """The first author's, of which Stripe knows all that it must."""
        for _ in range(3):
            if self.asks("/v1/me/payee", {"country": "SG"}, "", stock.AUTHORS[0]):
                break
        for account in list(self.platform.fake.every("account")):
            accounts.complete(self.platform.fake, account)
        self.calm()

    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.platform.now += A_DAY
            self.platform.fake.tick()
            for name in SWEEPS:
                self.platform.sweep(name)
            self.calm()

    def refunded_by_hand(self, amount: int) -> None:
        for charge in list(self.platform.fake.every("charge").values()):
            if charge["status"] == "succeeded":
                refunds.create(self.platform.fake, {"charge": charge["id"], "amount": amount})
        self.calm()

    def disputed(self, *statuses: str, inquiry: bool = False) -> None:
        for charge in list(self.platform.fake.every("charge").values()):
            if charge["status"] == "succeeded" and charge["amount"] > charge["amount_refunded"]:
                dispute = disputes.open_dispute(self.platform.fake, charge["id"], inquiry=inquiry)
                self.calm()
                for status in statuses:
                    disputes.move(self.platform.fake, dispute["id"], status)
                    self.calm()


def a_purchase(told: Told) -> None:
    told.buys()


def a_purchase_by_a_wallet_that_takes_its_time(told: Told) -> None:
    told.buys(1, method="alipay", outcome="later")


def a_wallet_that_fails(told: Told) -> None:
    told.buys(1, method="wechat_pay", outcome="later_fail")


def a_payment_of_the_wrong_amount(told: Told) -> None:
    told.orders_works(1)
    told.pays(amount=700)


def two_tabs(told: Told) -> None:
    told.buys(1)
    told.pay_another_page()
    told.calm()


def a_cancellation(told: Told) -> None:
    told.orders_works(1)
    path = f"/v1/orders/{told.order_id}/cancellation"
    for _ in range(2):
        told.asks(path, None, "")
    told.calm()


def a_page_that_runs_out(told: Told) -> None:
    told.orders_works(2)
    told.platform.now += 3_000
    told.platform.sweep("orders_sweep")


def a_refund_of_everything(told: Told) -> None:
    told.buys()
    told.asks_for_refund()


def refunds_of_parts(told: Told) -> None:
    told.buys()
    told.asks_for_refund(3, "1")
    told.asks_for_refund(3, "2")
    told.asks_for_refund(0, "3")


def a_refund_that_people_decide(told: Told) -> None:
    told.buys()
    told.platform.now += 20 * 86_400
    told.asks_for_refund()
    told.people_decide()
    told.calm()


def a_refund_that_fails_late(told: Told) -> None:
    told.buys(card=cards.REFUND_FAILS_LATE)
    told.asks_for_refund()
    told.platform.now += 90_000
    told.platform.fake.tick()
    told.calm()


def a_dispute_lost_after_a_partial_refund(told: Told) -> None:
    told.buys()
    told.asks_for_refund(3)
    told.disputed("under_review", "lost")


def a_dispute_won(told: Told) -> None:
    told.buys()
    told.disputed("won")


def a_dispute_won_after_it_was_lost(told: Told) -> None:
    told.buys()
    told.disputed("lost", "appeal_under_review", "won")


def an_inquiry_that_becomes_a_dispute(told: Told) -> None:
    told.buys(1)
    told.disputed("needs_response", "lost", inquiry=True)


def a_refund_whose_webhooks_come_late(told: Told) -> None:
    """Who carries it out must look for itself what became of an earlier try."""
    told.buys()
    webhooks.hold(told.platform.fake)
    told.asks_for_refund(3)
    told.platform.now += 400
    told.platform.sweep("outbox_sweep")
    told.calm()
    webhooks.release(told.platform.fake)
    told.calm()


def a_refund_by_hand(told: Told) -> None:
    told.buys()
    told.refunded_by_hand(100)


def an_author_is_paid(told: Told) -> None:
    told.opens_account()
    told.buys()
    told.platform.now += HOLD
    told.days_pass(3)


def an_author_is_paid_too_much(told: Told) -> None:
    """What goes back after it was paid is taken back."""
    told.opens_account()
    told.buys()
    told.platform.wire.meet = None
    told.platform.now += HOLD
    told.days_pass(3)
    told.platform.wire.meet = told._meet
    told.refunded_by_hand(300)
    told.days_pass(2)


def an_author_has_spent_it(told: Told) -> None:
    """What cannot be taken back waits for later sales."""
    told.opens_account()
    told.buys()
    told.platform.wire.meet = None
    told.platform.now += HOLD
    told.days_pass(3)
    for transfer in list(told.platform.fake.every("transfer").values()):
        accounts.spend(told.platform.fake, transfer["destination"], transfer["amount"], transfer["currency"])
    told.platform.wire.meet = told._meet
    told.refunded_by_hand(300)
    told.days_pass(2)


def our_bank_sends_a_payout_back(told: Told) -> None:
    told.buys()
    told.settle()
    told.platform.now += HOLD
    told.days_pass(1)
    payout = payouts.create(told.platform.fake, {"amount": 100, "currency": "usd"})
    told.calm()
    payouts.fail(told.platform.fake, payout["id"])
    told.calm()


def a_purchase_with_a_coupon(told: Told) -> None:
    """Nobody else can have its only use, also when some of the money went back."""
    told.orders_works(2, coupon="ONCE")
    told.pays()
    told.asks_for_refund(3)
    told.wants_too("ONCE", stock.READERS[1])


def two_orders_of_one_buyer_with_a_coupon(told: Told) -> None:
    told.orders_works(2, coupon="EACH")
    told.wants_too("EACH", told.buyer)


def an_order_with_a_coupon_that_expires(told: Told) -> None:
    """Somebody else has its use then; and who pays late has it, too."""
    told.orders_works(2, coupon="ONCE")
    told.platform.now += 3_000
    told.platform.fake.tick()
    told.platform.sweep("orders_sweep")
    told.calm()
    told.wants_too("ONCE", stock.READERS[1])
    if told.order_id:
        told.pay_another_page()
    told.calm()


def an_order_with_a_coupon_that_is_canceled(told: Told) -> None:
    told.orders_works(1, coupon="EACH")
    for _ in range(2):
        told.asks(f"/v1/orders/{told.order_id}/cancellation", None, "")
    told.calm()


def an_order_that_a_coupon_makes_free(told: Told) -> None:
    told.orders_works(1, coupon="FREE")


def a_gift(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.gives_by_a_voided_link()
    told.gives()
    told.claims(stock.ADMINS[0])


def a_gift_of_what_is_left(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.asks_for_refund(1)
    told.gives()


def a_gift_whose_payment_is_disputed(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.disputed()
    told.gives()
    for dispute in list(told.platform.fake.every("dispute")):
        disputes.move(told.platform.fake, dispute, "won")
    told.calm()
    told.gives()


def a_gift_that_goes_back_before_anybody_claims_it(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays(cards.REFUND_FAILS_LATE)
    told.asks_for_refund()
    told.gives()
    told.platform.now += 90_000
    told.platform.fake.tick()
    told.calm()
    told.gives()


def a_refund_of_a_gift_that_was_claimed(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.gives()
    told.asks_for_refund(3, "1")
    told.asks_for_refund(0, "2")


def a_movement_that_nobody_knows(told: Told) -> None:
    """In suspense once; placed by two."""
    told.compared = True
    made = balance.make(told.platform.fake, 250 if told.seed % 2 else -250)
    for _ in range(2):
        told.platform.sweep("reconciliation_compare")
        told.platform.now += 3_600
    path, (first, second) = f"/v1/admin/findings/{made['id']}/proposals", stock.ADMINS
    for _ in range(2):
        told.asks(path, {"account": "processor_fee", "because": "so"}, "", first)
    for _, item in told._in_suspense():
        decision = f"{path}/{item.get('proposal_id', {}).get('S', 'none')}/decisions"
        for admin in (first, second, second):
            told.asks(decision, {"approve": True}, "", admin)
    told.platform.sweep("reconciliation_compare")


STORIES: tuple[Callable[[Told], None], ...] = (
    a_purchase,
    a_purchase_by_a_wallet_that_takes_its_time,
    a_wallet_that_fails,
    a_payment_of_the_wrong_amount,
    two_tabs,
    a_cancellation,
    a_page_that_runs_out,
    a_refund_of_everything,
    refunds_of_parts,
    a_refund_that_people_decide,
    a_refund_that_fails_late,
    a_dispute_lost_after_a_partial_refund,
    a_dispute_won,
    a_dispute_won_after_it_was_lost,
    an_inquiry_that_becomes_a_dispute,
    a_refund_by_hand,
    a_refund_whose_webhooks_come_late,
    an_author_is_paid,
    an_author_is_paid_too_much,
    an_author_has_spent_it,
    our_bank_sends_a_payout_back,
    a_purchase_with_a_coupon,
    two_orders_of_one_buyer_with_a_coupon,
    an_order_with_a_coupon_that_expires,
    an_order_with_a_coupon_that_is_canceled,
    an_order_that_a_coupon_makes_free,
    a_gift,
    a_gift_of_what_is_left,
    a_gift_whose_payment_is_disputed,
    a_gift_that_goes_back_before_anybody_claims_it,
    a_refund_of_a_gift_that_was_claimed,
    a_movement_that_nobody_knows,
)


PLACES = [(story, 0) for story in range(len(STORIES))]
PLACES += [(story, 1 + story // 4 % (len(VARIANTS) - 1)) for story in range(0, len(STORIES), 4)]
"""Each story is told in dollars, and every fourth in one of the other variants, too."""


class Single(NamedTuple):
    """One run: a story, its variant, and the fault at a call; ``at`` 0 is none."""

    story: int
    variant: int
    at: int
    fault: Fault


def of(platform: Platform, story: int, variant: int, boundaries: Boundaries, watch: checking.Watch) -> Iterator[Single]:
    """The story is played without a fault, to know its calls; then all runs of it."""
    calls = run(platform, Single(story, variant, 0, ""), boundaries, watch)
    yield from (Single(story, variant, at, fault) for at in range(1, calls + 1) for fault in FAULTS)


def run(platform: Platform, single: Single, boundaries: Boundaries, watch: checking.Watch) -> int:
    """How many calls its story makes. Raises Violation."""
    told = Told(platform, boundaries, watch, single.variant)
    told.at, told.fault = single.at, single.fault
    try:
        return told.tell(STORIES[single.story])
    except Problem as problem:
        raise Violation(single.variant, [f"{single}: {problem.message}"], told.trace) from problem
