"""The shop in tests: the fake Stripe behind the real SDK, its webhooks, buyers at its payment page, and the books."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from chalicelib.core.secrets import secret
from chalicelib.payments import gateway
from infra.local.fake_stripe import FakeStripe, serve
from infra.local.fake_stripe import faults as stripe_faults
from infra.local.fake_stripe.balance import settle_charge, unsettled
from infra.local.fake_stripe.payments import pay
from tests.world import Person, Reply, World

WEBHOOKS = "/v1/webhooks/stripe"
CARD = "4242 4242 4242 4242"


class Till:
    def __init__(self, world: World) -> None:
        self.world, self.keys = world, 0
        self.fake = FakeStripe(secret("stripe-webhook-secret"), WEBHOOKS, send=self._send)

    # Buying

    def orders(
        self, buyer: Person, *work_ids: str, currency: str = "usd", key: str | None = None, **more: Any
    ) -> Reply:
        """Ask for an order, with a new Idempotency-Key unless given one."""
        self.keys += 1
        body = {"work_ids": list(work_ids), "currency": currency, **more}
        headers = {"idempotency-key": key or f"order-key-{self.keys}"}
        return self.world.post("/v1/orders", body, as_=buyer, headers=headers)

    def ordered(self, buyer: Person, *work_ids: str, **how: Any) -> Any:
        reply = self.orders(buyer, *work_ids, **how)
        assert reply.status == 201, reply.body
        return reply.json

    def pays(self, order: Any, method: str = "card", outcome: str = "approve", card: str = CARD) -> int:
        """Click on the payment page as a person would; the page's status."""
        form = {"action": "pay", "method": method, "outcome": outcome, "card_number": card}
        return requests.post(order["pay_at"], data=form, allow_redirects=False, timeout=10).status_code

    def takes(self, order: Any, **wrong: Any) -> None:
        """Take a payment that is not the one asked for: ``amount=…``, ``currency=…``."""
        pay(self.fake, self.session_of(order)["id"], **wrong)

    def bought(self, buyer: Person, *work_ids: str, method: str = "card", **how: Any) -> Any:
        """A paid order, its webhooks delivered and worked on."""
        order = self.ordered(buyer, *work_ids, **how)
        assert self.pays(order, method) == 303
        self.arrives()
        return self.seen(buyer, order)

    def seen(self, buyer: Person, order: Any) -> Any:
        """The order as its buyer sees it now."""
        reply = self.world.get(f"/v1/me/orders/{order['order_id']}", as_=buyer)
        assert reply.status == 200, reply.body
        return reply.json

    def library(self, buyer: Person) -> list[str]:
        """The works that the buyer may read."""
        return [owned["work_id"] for owned in self.world.get("/v1/me/library", as_=buyer).json["items"]]

    # Stripe

    def arrives(self, **how: Any) -> None:
        """Deliver the webhooks that wait, and work on them until nothing moves."""
        attempts = self.fake.deliver(**how)
        assert {attempt["status"] for attempt in attempts} <= {200}, attempts
        self.world.pump()

    def settles(self) -> None:
        """Let every charge have its balance transaction now."""
        for charge_id in unsettled(self.fake):
            settle_charge(self.fake, charge_id)

    def fails(self, kind: str, method: str = "*", path: str = "*", **how: Any) -> None:
        stripe_faults.order(self.fake, kind, method, path, **how)  # type: ignore[arg-type]

    def every(self, kind: str) -> list[Any]:
        return list(self.fake.every(kind).values())

    def session_of(self, order: Any) -> Any:
        return next(one for one in self.every("checkout.session") if one["client_reference_id"] == order["order_id"])

    def events(self) -> list[Any]:
        return self.every("event")

    def _send(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        return self.world.call("POST", url, raw=body.decode(), headers=lower(headers)).status

    # Books

    def holds(self) -> None:
        """The invariants hold, and no event was put aside."""
        from chalicelib.orders import invariants
        from chalicelib.payments import inbox

        assert invariants.check().differences == []
        assert list(inbox.parked()) == []

    def sums(self) -> dict[str, int]:
        """What each account of the ledger comes to, as ``{"commission usd": -90}``."""
        from chalicelib.ledger import journals

        totals: dict[str, int] = {}
        for journal in journals.every():
            for entry in journal.entries:
                name = f"{entry.account} {entry.currency}"
                totals[name] = totals.get(name, 0) + entry.amount
        return {name: total for name, total in totals.items() if total}

    def journals(self) -> list[str]:
        from chalicelib.ledger import journals

        return sorted(journal.kind for journal in journals.every())


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


@pytest.fixture
def till(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """A shop whose webhooks wait until they are told to arrive."""
    till = Till(world)
    with serve(till.fake) as running:
        monkeypatch.setenv("STRIPE_API_BASE", running.url)
        gateway._stripe.cache_clear()
        yield till
    gateway._stripe.cache_clear()
