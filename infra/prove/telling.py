"""A history that is written down: what happens in it, and what may go wrong at one call of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.fake_stripe import accounts, disputes, payments, refunds
from infra.prove import checking, resting, stock
from infra.prove.acting import HOMES
from infra.prove.boundaries import Boundaries
from infra.prove.histories import History, Violation
from infra.prove.platform import SWEEPS, Platform
from infra.prove.wire import Cut, Fault
from infra.prove.world import A_DAY

CARD = "4242424242424242"
VARIANTS = [("usd", 0), ("usd", 60), ("cny", 60), ("jpy", 0)]
"""The currency that is paid in; how many seconds later Stripe books it."""


class Told(History):
    """A history that is written down, with one fault at most: at the call of that number, from 1."""

    patience = 1

    def __init__(self, platform: Platform, boundaries: Boundaries, watch: checking.Watch, variant: int) -> None:
        super().__init__(platform, variant, boundaries, watch)
        self.currency, platform.fake.merchant.settle_after = VARIANTS[variant]
        self.at, self.met = 0, 0
        self.forgotten_at, self.forgets = "", False
        """After which call its maker ends, and the key is forgotten by which it would ask again."""
        self.fault: Fault = ""
        self.compared, self.patient, self.paid_out = False, False, variant == 1
        self.buyer, self.order_id, self.link = stock.READERS[0], "", ""

    def _meet(self, boundary: str) -> Fault:
        self.met += 1
        if self.forgets:
            self.forgets = False
            self.prune()
        if boundary == self.forgotten_at:
            self.forgotten_at, self.forgets = "", True
            return self._fail(boundary, "crash_after")
        return self._fail(boundary, self.fault) if self.met == self.at else self._pass(boundary)

    def tell(self, story: Callable[[Told], None]) -> int:
        """How many calls it makes. Raises Violation."""
        try:
            story(self)
            self.calm()
            calls = self.met
            self.recover()
            found = list(resting.at_rest(self.platform, forgetful=False))
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
        home = {"billing_address": HOMES[0]} if self.taxed else {}
        body = {"work_ids": sold[:number], "currency": self.currency, **home, **more}
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
        """Of the order's last line; of what was subscribed, the last order's."""
        if not (order_id := self.order_id or next((name for _, name in reversed(self.orders())), "")):
            return
        work, price = self._lines(order_id)[-1]
        body = {"works": [{"work_id": work, "amount": max(1, price // part)}]} if part else {}
        path = f"/v1/orders/{order_id}/refund-requests"
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

    def subscribes(self) -> None:
        """And pays what is asked for; of two pages both."""
        body = {"pass_id": next(iter(stock.PASSES)), "currency": "usd"}
        for _ in range(3):
            if "subscription_id" in self.asks("/v1/subscriptions", body, "the-key-of-the-subscription"):
                break
        for page in self._open_pages():
            payments.pay(self.platform.fake, page["id"], place=self.home())
        self.calm()

    def unsubscribes(self) -> None:
        for buyer, subscription_id in self._subscribed():
            for _ in range(2):
                self.asks(f"/v1/subscriptions/{subscription_id}/cancellation", None, "", buyer)
        self.calm()

    def month_passes(self) -> None:
        self.a_month_passes()
        self.calm()

    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.passes(A_DAY)
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
