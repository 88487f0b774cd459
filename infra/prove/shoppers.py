"""People at the running platform, over HTTP: they buy, pay, want money back and go to the bank, and ask again with the
same key until they have an answer, whatever is killed meanwhile. They remember what they were told."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests

from chalicelib.core import clock, ids
from chalicelib.core.idempotency import KEPT_SECONDS
from infra.demo import buying
from infra.local.fake_stripe import cards, disputes
from infra.local.fake_stripe.fake import FakeStripe
from infra.prove import stock

PATIENCE_SECONDS = 120
CARDS = ("4242424242424242",) * 4 + (cards.REFUND_IS_SLOW, cards.REFUND_FAILS_LATE, cards.DISPUTES, cards.INQUIRES)
LATER = (429, 503)
"""Statuses that ask to come again: who has asked too often does, too, for they have no answer yet."""
BANKS_SAY = ("won", "lost")
READABLE = ("paid", "partially_refunded", "refunded")
"""What cost nothing does not go back: a refunded order still gives it."""


class Impatient(RuntimeError):
    """No answer came, or one that nobody may get."""


class Desk:
    """The platform's API. ``waited`` counts the answers that did not come at the first try."""

    def __init__(self, api_url: str) -> None:
        self._url = api_url
        self.waited = 0

    def ask(self, method: str, path: str, who: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """A status below 500, and the answer. Raises Impatient."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_SECONDS:
            status, answer = self._once(method, path, who, body, key)
            if status == 500:
                raise Impatient(f"{method} {path} answered 500: {answer}")
            if status and status not in LATER and answer.get("code") != "still_running":
                return status, answer
            self.waited += 1
            time.sleep(0.1)
        raise Impatient(f"{method} {path} was not answered within {PATIENCE_SECONDS} s")

    def _once(self, method: str, path: str, who: str, body: Any, key: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {stock.token(who)}"} | ({"Idempotency-Key": key} if key else {})
        try:
            answer = requests.request(method, self._url + path, json=body, headers=headers, timeout=30)
            return answer.status_code, answer.json() if answer.content else {}
        except requests.RequestException:
            return 0, {}


class Shopper:
    """One reader, who lives for some purchases. ``told`` are the orders that the platform answered to them."""

    def __init__(self, desk: Desk, fake: FakeStripe, name: str) -> None:
        self.desk, self.fake, self.name = desk, fake, name
        self.chance = random.Random(name)
        self.told: list[str] = []
        self.refused: list[str] = []
        """What was answered to orders that they did not get."""
        self.forgotten: list[tuple[datetime, datetime]] = []
        """From when to when they asked for an order, where the clock leapt over the life of their key meanwhile."""
        self.did: Counter[str] = Counter()
        self.account = ids.derived("shopper", name)
        stock.admit(self.account)

    def shop(self) -> None:
        """Raises Impatient."""
        self._bank()
        order = self._order()
        if order is None or not order["pay_at"]:
            return
        if self.chance.random() < 0.1:
            self._asks("cancellation", "POST", f"/v1/orders/{order['order_id']}/cancellation")
        if not self._pay(order):
            return
        if self.chance.random() < 0.5:
            self._want_back(order)

    def disagreements(self) -> Iterator[str]:
        """Where what they were told, and what they have, are not the same."""
        known = self._read("/v1/me/orders?limit=50")["items"]
        orders = [self._read(f"/v1/me/orders/{card['order_id']}") for card in known]
        untold = [card for card in known if card["order_id"] not in self.told]
        if len(known) - len(untold) != len(self.told) or not self._may_be_untold(untold):
            has = [(card["order_id"], card["status"]) for card in known]
            yield f"{self.name} was told of {self.told}, was refused {self.refused}, and has {has}"
        due = sorted({work for order in orders for work in _readable(order)})
        owned = sorted(owned["work_id"] for owned in self._read("/v1/me/library")["items"])
        if due != owned:
            yield f"{self.name} is due {due} by {[(one['order_id'], one['status']) for one in orders]}, and has {owned}"

    def _may_be_untold(self, untold: list[Any]) -> bool:
        """Stripe declined it, and they were told so (it does where the clock leaps over the page's life meanwhile); or
        its try broke off and its key was forgotten before the next: so the next was a request of its own, and nobody
        could pay what came before."""
        failed = [card for card in untold if card["status"] == "failed"]
        others = [card for card in untold if card["status"] != "failed"]
        placed = sorted(clock.parse(card["placed_at"]) for card in others)
        ended = all(card["status"] == "expired" or not card["total"] for card in others)
        forgotten = all(map(self._was_forgotten, placed, [*placed[1:], None]))
        return len(failed) <= self.refused.count("422 checkout_declined") and ended and forgotten

    def _was_forgotten(self, placed: datetime, following: datetime | None) -> bool:
        """The key of an order, before its next try: that was asked at ``following``, or when they had an answer."""
        span = next((span for span in self.forgotten if span[0] <= placed <= span[1]), None)
        if span is None:
            return False
        again = min(following or span[1], span[1])
        return (again - placed).total_seconds() >= KEPT_SECONDS

    def _order(self) -> Any:
        currency = self.chance.choice(("usd", "usd", "cny", "jpy"))
        sold = [work for work, (prices, _) in stock.WORKS.items() if currency in prices]
        works = self.chance.sample(sold, self.chance.randint(1, min(3, len(sold))))
        began = clock.now()
        status, order = self._asks("order", "POST", "/v1/orders", {"work_ids": works, "currency": currency})
        if (clock.now() - began).total_seconds() >= KEPT_SECONDS:
            self.forgotten.append((began, clock.now()))
        if status != 201:
            self.refused.append(f"{status} {order.get('code')}")
            return None
        self.told.append(order["order_id"])
        return order

    def _pay(self, order: Any) -> bool:
        """Whether the page took the money: it may have been closed meanwhile."""
        try:
            page = buying.pay(order, self.chance.choice(order["methods"]), card_number=self.chance.choice(CARDS))
        except requests.HTTPError:
            return False
        self.did["payment"] += page.status_code == 303
        return page.status_code == 303

    def _want_back(self, order: Any) -> None:
        """All of it or of a work, as soon as it is paid; somebody decides what the rules do not."""
        path = f"/v1/orders/{order['order_id']}/refund-requests"
        part = {"work_id": order["works"][0]["work_id"]} | ({"amount": 1} if self.chance.random() < 0.5 else {})
        body = {"works": [part]} if self.chance.random() < 0.5 else {}
        for _ in range(20):
            status, request = self._asks("refund", "POST", path, body)
            if status == 201:
                break
            time.sleep(0.2)
        if status == 201 and request["status"] == "review":
            decision = {"approve": self.chance.random() < 0.7, "because": "so"}
            for admin in stock.ADMINS:
                self.desk.ask("POST", f"{path}/{request['request_id']}/decisions", admin, decision)

    def _bank(self) -> None:
        """Some of the disputes that their cards made are decided."""
        with self.fake.lock:
            for dispute in list(self.fake.every("dispute").values()):
                charge = self.fake.find("charge", dispute["charge"])
                if charge["metadata"].get("order_id") in self.told and self.chance.random() < 0.5:
                    ends = ("warning_closed",) if dispute["status"].startswith("warning") else BANKS_SAY
                    self._decide(dispute, self.chance.choice(ends))

    def _decide(self, dispute: Any, status: str) -> None:
        if dispute["status"] not in (*BANKS_SAY, "warning_closed"):
            disputes.move(self.fake, dispute["id"], status)
            self.did[f"dispute {status}"] += 1

    def _asks(self, what: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, answer = self.desk.ask(method, path, self.account, body, ids.new())
        self.did[what] += 200 <= status < 300
        return status, answer

    def _read(self, path: str) -> Any:
        status, answer = self.desk.ask("GET", path, self.account)
        if status != 200:
            raise Impatient(f"GET {path} answered {status}: {answer}")
        return answer


def _readable(order: Any) -> Iterator[str]:
    """The works that an order gives, as its buyer is told."""
    if order["status"] not in READABLE:
        return
    back: dict[str, int] = defaultdict(int)
    for request in order["refunds"]:
        for part in request["works"]:
            back[part["work_id"]] += part["amount"] if request["status"] == "refunded" else 0
    for work in order["works"]:
        if not 0 < work["price"] == back[work["work_id"]]:
            yield work["work_id"]
