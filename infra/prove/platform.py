"""The whole platform in one process: the app and the jobs as they are deployed, over the store and the fake Stripe in
memory, with streams, queues and a clock that histories play on."""

from __future__ import annotations

import functools
import importlib
import itertools
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from infra.local import provisioning
from infra.local.fake_stripe.fake import FakeStripe
from infra.local.functions import Context
from infra.prove.store import Store, Write
from infra.prove.wire import Cut, Wire
from infra.rehearsal import events

SECRETS = {
    "token-keys": json.dumps({"current": "k1", "keys": {"k1": "a-key-of-histories"}}),
    "cursor-key": "a-cursor-key-of-histories",
    "pseudonym-key": "a-pseudonym-key-of-histories",
    "stripe-key": "sk_test_histories",
    "stripe-webhook-secret": "whsec_histories",
}
STREAMS = {"inbox": "orders_hear", "orders": "orders_tell", "outbox": "outbox_relay"}
QUEUES = {"order-effects": "orders_carry_out"}
"""Letters are put into the outbox like anything else; nobody carries them out here."""
HANDLERS = {
    "orders_hear": "chalicelib.orders.jobs.hear",
    "orders_tell": "chalicelib.orders.jobs.tell",
    "orders_carry_out": "chalicelib.orders.jobs.carry_out",
    "orders_sweep": "chalicelib.orders.jobs.sweep",
    "reconciliation_compare": "chalicelib.reconciliation.jobs.compare",
    "outbox_relay": "chalicelib.outbox.jobs.relay",
    "outbox_sweep": "chalicelib.outbox.jobs.sweep",
}
SWEEPS, COMPARISON = ("orders_sweep", "outbox_sweep"), "reconciliation_compare"
BEGINNING = 1_800_000_000.0
TRIES = 3
"""How often a record comes again; after that only the sweepers are sure."""


def surround() -> None:
    """Before anything of the app is imported: its environment, as plain data, for a history asks for it 600 times."""
    os.environ = dict(os.environ)  # type: ignore[assignment]  # noqa: B003
    os.environ.update(provisioning.environment("http://127.0.0.1:1"))
    os.environ["STRIPE_API_BASE"] = "http://stripe.test"
    os.environ["PUBLIC_URL"] = "https://lyceum.example"


class Platform:
    """One a process. ``begin`` puts it back to its stock for the next history."""

    def __init__(self) -> None:
        from app import app
        from chalicelib.core import clock, secrets

        self.app, self._secrets = app, secrets
        self._resources: dict[int, list[str]] = {}
        for resource in app.routes:
            self._resources.setdefault(resource.count("/"), []).append(resource)
        self.store = Store("dev", provisioning.ACCOUNT, provisioning.REGION)
        self.wire = Wire(self.store, SECRETS)
        self.wire.install()
        self.store.listen = self._heard
        self.watch: Callable[[list[Write]], None] = lambda writes: None
        logging.disable(sys.maxsize)
        self.now, self._numbers = BEGINNING, itertools.count(1)
        time.time = lambda: self.now
        clock._offset = float  # 0.0: it is time itself that moves
        self.stock: Any = None
        self.begin(0)

    def begin(self, seed: int) -> None:
        from chalicelib.core import ids

        ids.seed(seed)
        self.now = BEGINNING
        self.taxes(False)
        self.wire.forget()
        self._secrets.kept.clear()
        if self.stock is not None:
            self.store.put_back(self.stock)
        self.changes: dict[str, list[Any]] = {table: [] for table in STREAMS}
        self.tries: dict[str, int] = {}
        self.fake = FakeStripe(SECRETS["stripe-webhook-secret"], "/v1/webhooks/stripe", seed=str(seed), send=self._told)
        self.wire.stripe = self.fake

    def taxes(self, on: bool) -> bool:
        """Whether Stripe says what of a price is tax."""
        os.environ["TAX"] = "stripe" if on else "none"
        return on

    # Events

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """One request; its status, and its answer."""
        event = events.http(self._resources[path.partition("?")[0].count("/")], method, path, body, **headers)
        known = getattr(self.app, "current_request", None)
        try:
            answer = self._acting("api", lambda: self.app(event, None))
        finally:
            self.app.current_request = known
        text = answer.get("body") or ""
        return answer["statusCode"], json.loads(text) if text[:1] in ("{", "[") else text

    def run(self, function: str, event: Any) -> Any:
        return self._acting(function, lambda: _handler(function)(event, Context(f"lyceum-dev-{function}")))

    def sweep(self, name: str) -> None:
        self._quietly(lambda: self.run(name, events.scheduled(name)))

    def waiting(self) -> list[str]:
        """The streams and queues that hold something."""
        streams = [f"stream {table}" for table, records in self.changes.items() if records]
        return streams + [
            f"queue {queue}" for queue in sorted({queue for queue, _ in self.wire.sent if queue in QUEUES})
        ]

    def hand_over(self, place: str, twice: bool = False) -> None:
        """The next batch of a stream or queue to its function. What it does not manage comes again."""
        kind, _, name = place.partition(" ")
        deliver = self._hand_over_changes if kind == "stream" else self._hand_over_messages
        deliver(name, twice)

    def _hand_over_changes(self, table: str, twice: bool) -> None:
        batch, self.changes[table] = self.changes[table][:10], self.changes[table][10:]
        if not batch:
            return
        for _ in range(2 if twice else 1):
            answer = self._quietly(lambda: self.run(STREAMS[table], {"Records": batch}))
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]} if answer else None
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        start = 0 if failed is None else min((numbers.index(one) for one in failed), default=len(batch))
        left = batch[start:]
        if left and self._tried(f"{table} {numbers[start]}") >= TRIES:
            left = left[1:]
        self.changes[table] = left + self.changes[table]

    def _hand_over_messages(self, queue: str, twice: bool) -> None:
        place = next((n for n, (known, _) in enumerate(self.wire.sent) if known == queue), None)
        if place is None:
            return
        name, body = self.wire.sent.pop(place)
        attributes = {"SentTimestamp": str(int(self.now * 1000)), "ApproximateReceiveCount": "1"}
        record = {"messageId": f"m{next(self._numbers)}", "body": body, "attributes": attributes}
        for _ in range(2 if twice else 1):
            answer = self._quietly(lambda: self.run(QUEUES[queue], {"Records": [record]}))
        if (answer is None or answer["batchItemFailures"]) and self._tried(f"{name} {body}") < TRIES:
            self.wire.sent.append((name, body))

    def _tried(self, what: str) -> int:
        self.tries[what] = self.tries.get(what, 0) + 1
        return self.tries[what]

    def _quietly(self, deed: Callable[[], Any]) -> Any:
        """None where the process ended: whoever called it sees no answer."""
        from chalicelib.core.records import JobFailed

        try:
            return deed()
        except (Cut, JobFailed):
            return None

    def _acting(self, function: str, deed: Callable[[], Any]) -> Any:
        known, self.wire.function = self.wire.function, function
        try:
            return deed()
        finally:
            self.wire.function = known

    # What comes of writes and of Stripe

    def _heard(self, writes: list[Write]) -> None:
        for write in writes:
            table = write.table.removeprefix("lyceum-dev-")
            if table in STREAMS:
                self.changes[table].append(self._record(write))
        self.watch(writes)

    def _record(self, write: Write) -> Any:
        number = next(self._numbers)
        image: Any = {"ApproximateCreationDateTime": int(self.now), "SequenceNumber": f"{number:021d}"}
        image |= {"Keys": {}} | ({"OldImage": write.old} if write.old else {})
        image |= {"NewImage": write.new} if write.new else {}
        return {
            "eventID": f"e{number}",
            "eventName": "MODIFY",
            "dynamodb": image,
            "eventSourceARN": "",
            "awsRegion": "",
        }

    def _told(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            status, _ = self.call("POST", url, body, **headers)
        except Cut:
            return 0
        return status


@functools.cache
def _handler(function: str) -> Callable[[Any, Any], Any]:
    module, _, attribute = HANDLERS[function].rpartition(".")
    handler: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), attribute)
    return handler
