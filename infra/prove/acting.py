"""What whoever acts in a history has: the platform, chance, a trace, and what can be seen of what happened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.fake_stripe import cards, webhooks
from infra.prove import checking, stock
from infra.prove.platform import Platform

HOMES = ({"country": "DE"}, {"country": "CA", "state": "QC"}, {"country": "JP"}, {"country": "SG"}, {"country": "NZ"})
"""Where the fake's tax office takes one tax, several at once, or none."""
CARDS = ("4242424242424242", cards.REFUND_IS_SLOW, cards.REFUND_FAILS_LATE, cards.DISPUTES, cards.INQUIRES)


class Acting:
    """In one history, whose steps ``trace`` tells."""

    compared = False
    cards: tuple[str, ...] = CARDS
    """By which is paid."""
    outcomes: tuple[str, ...] = (*["approve"] * 5, "decline", "later", "later_fail")
    """What a wallet says."""
    wrongly = 0.05
    """How often another amount is paid than what is due."""

    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self.platform, self.chance = platform, chance
        self.trace: list[str] = []
        self.links: dict[str, list[str]] = {}
        """Of a gift's order all links that its buyer was given, the last of which is good."""
        self.keys = 0
        """How many idempotency keys were used."""
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        """Buyer, cart and key of each order that was asked for."""
        self.depth = 0
        """How deep within somebody else's call."""
        self.taxed = False
        self.coupon = chance.choice(list(stock.COUPONS))

    def tax(self) -> None:
        """From now on Stripe says what of a price is tax."""
        self.taxed = self.platform.taxes(True)

    def home(self) -> dict[str, str]:
        """Where somebody lives; nowhere where nobody asks."""
        return self.chance.choice(HOMES) if self.taxed else {}

    def note(self, what: str) -> None:
        self.trace.append(f"{'  ' * self.depth}{what}")

    def call(self, method: str, path: str, body: Any, who: str, key: str = "") -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {stock.token(who)}"} | ({"idempotency_key": key} if key else {})
        status, answer = self.platform.call(method, path, body, **headers)
        if status >= 500 and status != 503:
            raise checking.Broken(f"{method} {path} answered {status}: {answer}")
        return status, answer if isinstance(answer, dict) else {}

    def passes(self, seconds: float) -> None:
        """Time, with what Stripe does by itself meanwhile."""
        self.platform.now += seconds
        self.platform.fake.tick()

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Nothing goes wrong at these calls."""
        known, self.platform.wire.meet = self.platform.wire.meet, None
        try:
            yield
        finally:
            self.platform.wire.meet = known

    def calm(self) -> None:
        for _ in range(200):
            told = webhooks.deliver(self.platform.fake, None)
            waiting = self.platform.waiting()
            for place in waiting:
                self.platform.hand_over(place)
            if not told and not waiting:
                return
        raise checking.Broken("it never comes to rest")

    # What can be seen

    def orders(self) -> list[tuple[str, str]]:
        """Buyer and order, of all that was ordered, though nobody may have been answered."""
        rows = self._rows("orders")
        return [(item["buyer_id"]["S"], key[0]) for key, item in rows.items() if key[1] == "order"]

    def _gifts(self) -> list[tuple[str, str]]:
        rows = self._rows("orders")
        return [(buyer, order_id) for buyer, order_id in self.orders() if "gift" in rows[order_id, "order"]]

    def _subscribed(self) -> list[tuple[str, str]]:
        """Buyer and subscription."""
        names = [tuple(part.partition("#")[2] for part in key) for key in self._rows("orders")
                 if key[1].startswith("subscription#")]  # fmt: skip
        return [(buyer, subscription_id) for buyer, subscription_id in names]

    def _lines(self, order_id: str) -> list[tuple[str, int]]:
        rows = self._rows("orders")
        return [(item["work_id"]["S"], int(item["price"]["N"])) for key, item in rows.items()
                if key[0] == order_id and key[1].startswith("line#")]  # fmt: skip

    def _open_pages(self) -> list[Any]:
        return [one for one in self.platform.fake.every("checkout.session").values() if one["status"] == "open"]

    def _to_decide(self) -> list[tuple[str, str]]:
        rows = self._rows("orders")
        return [key for key, item in rows.items() if item.get("unfinished", {}).get("S") == "decision"]

    def _in_suspense(self) -> list[tuple[str, Any]]:
        rows = self._rows("findings")
        found = [(key[0], item) for key, item in rows.items() if "unfinished" in item]
        return [(name, item) for name, item in found if item["kind"]["S"] == "unknown"]

    def _unreturned(self) -> list[str]:
        """Orders of which money came back that was on its way to its buyer."""
        rows = self._rows("orders")
        return sorted(
            {key[0] for key, item in rows.items() if key[1].startswith("refund#") and item["reversed"]["BOOL"]}
        )

    def _charge(self) -> Any:
        """One that was paid, and that no bank asks about; None where there is none."""
        paid = [one for one in self.platform.fake.every("charge").values() if one["status"] == "succeeded"]
        return self.chance.choice([one for one in paid if not one["disputed"]] or [None])

    def _rows(self, table: str) -> dict[Any, Any]:
        items: dict[Any, Any] = self.platform.store.tables[f"lyceum-dev-{table}"].items
        return items
