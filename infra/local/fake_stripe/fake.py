"""The provider itself, with no network: one lock, one state, one function that answers requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from chalicelib.core import clock
from infra.local.fake_stripe import accounts, agenda, api, checkout_page, control, invoice_page, webhooks
from infra.local.fake_stripe.answers import Answer
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.numbering import id_for
from infra.local.fake_stripe.problems import no_such
from infra.local.fake_stripe.state import Object, State

Send = Callable[[str, bytes, dict[str, str]], int]


class FakeStripe:
    """``handle`` answers a request; ``deliver`` sends the webhooks that wait. Time is the movable clock's; what fell
    due happens at the next request, at ``tick``, or in the courier's thread where a server runs one.

    ``send(url, body, headers) -> status`` carries a webhook (0: nobody answered); by default it goes over HTTP.
    ``connect_secret`` signs what is told of connected accounts; by default that does, too.
    """

    def __init__(
        self,
        webhook_secret: str = "whsec_lyceum",
        webhook_url: str | None = None,
        merchant: Merchant | None = None,
        api_key: str | None = None,
        seed: str = "0",
        send: Send = webhooks.post,
        connect_secret: str | None = None,
    ) -> None:
        self.webhook_secret, self.webhook_url, self.api_key, self.seed = webhook_secret, webhook_url, api_key, seed
        self.connect_secret = connect_secret
        self.merchant = merchant or Merchant()
        self.send = send
        self.public_url = "https://checkout.stripe.test"
        self.state = State()
        self.lock = threading.RLock()
        self.woken = threading.Event()
        self.request: Object = {"id": None, "idempotency_key": None}

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """``path`` may carry a query; header names may be in any case. Raises Dropped where the connection breaks."""
        named = {name.lower(): value for name, value in headers.items()}
        if path.startswith("/c/pay/"):
            return checkout_page.handle(self, method, path, named, body)
        if path.startswith("/i/"):
            return invoice_page.handle(self, method, path, named, body)
        if path.startswith("/c/setup/"):
            return accounts.page(self, method, path.partition("?")[0])
        if path.startswith("/_control/"):
            return control.handle(self, method, path, body)
        return api.handle(self, method, path, named, body)

    def now(self) -> int:
        return int(clock.timestamp())

    def tick(self) -> None:
        """Let happen what is due by now: expiries, settlements, the wallets' words."""
        with self.lock:
            agenda.tick(self)

    def deliver(
        self,
        events: list[str] | None = None,
        order: webhooks.Order = "as_is",
        times: int = 1,
        at: int | None = None,
        seed: int = 0,
    ) -> list[Object]:
        """Send what waits, or these events whatever became of them before, and wait for the answers."""
        return webhooks.deliver(self, events, order, times, at, seed)

    def new_id(self, prefix: str) -> str:
        with self.lock:
            number = self.state.numbers[prefix] = self.state.numbers.get(prefix, 0) + 1
        return id_for(self.seed, prefix, number)

    def keep(self, thing: Object) -> Object:
        self.every(thing["object"])[thing["id"]] = thing
        return thing

    def every(self, kind: str) -> dict[str, Object]:
        return self.state.objects.setdefault(kind, {})

    def find(self, kind: str, wanted: str, param: str | None = None) -> Object:
        """The object of this kind and id. Raises Problem: 404, or 400 where a parameter named it."""
        found = self.every(kind).get(wanted)
        if found is None:
            raise no_such(kind, wanted, param)
        return found

    def snapshot(self) -> dict[str, Any]:
        """All state as plain data."""
        with self.lock:
            return asdict(self.state)

    def restore(self, told: dict[str, Any]) -> None:
        """Go on from a snapshot. What was under way then counts as not done."""
        with self.lock:
            self.state = State(**told)
            self.state.keys = {key: record for key, record in self.state.keys.items() if record["done"]}
            for entry in self.state.queue:
                entry["state"] = "waiting" if entry["state"] == "sending" else entry["state"]
