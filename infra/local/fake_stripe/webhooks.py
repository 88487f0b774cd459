"""Delivery of events to the configured endpoint: signed, retried with growing pauses, and as unruly as asked for.

The queue holds what was not delivered. An entry waits, is held, is being sent, or is exhausted (no retries left);
delivered and dropped ones leave the queue.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from infra.local.fake_stripe.signatures import sign
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

Order = Literal["as_is", "reversed", "shuffled"] | list[str]
PAUSES = (2, 5, 15, 60, 300, 1800, 3600, 4 * 3600, 12 * 3600)
"""Seconds of the movable clock between the attempts on one event. After the last the event is exhausted."""


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Over HTTP. 0: nobody answered."""
    import requests

    try:
        return requests.post(url, data=body, headers=headers, timeout=30, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def enqueue(fake: FakeStripe, event: Object) -> None:
    if fake.webhook_url:
        fake.state.queue.append(_entry(fake, event["id"]))
        fake.woken.set()


def hold(fake: FakeStripe) -> None:
    """Send nothing, neither what waits nor what is to come, until released."""
    with fake.lock:
        fake.state.holding = True
        for entry in fake.state.queue:
            entry["state"] = "held" if entry["state"] == "waiting" else entry["state"]


def release(fake: FakeStripe, order: Order = "as_is", times: int = 1, seed: int = 0) -> list[str]:
    """Let all that is held wait for delivery again, in this order and so many times each. Gives the events' ids."""
    with fake.lock:
        held = [entry for entry in fake.state.queue if entry["state"] == "held"]
        rest = [entry for entry in fake.state.queue if entry["state"] != "held"]
        ids = [entry["event"] for entry in arranged(held, order, times, seed)]
        fake.state.holding = False
        fake.state.queue = rest + [_entry(fake, event_id) for event_id in ids]
        fake.woken.set()
        return ids


def duplicate(fake: FakeStripe, event_id: str, times: int = 1) -> None:
    """Queue the event so many times more, whatever became of it before."""
    with fake.lock:
        fake.find("event", event_id)
        fake.state.queue += [_entry(fake, event_id) for _ in range(times)]
        fake.woken.set()


def drop(fake: FakeStripe, event_ids: list[str] | None = None) -> list[str]:
    """Lose these events' queued deliveries (all, where none are named), for good. Gives the lost events' ids."""
    with fake.lock:
        lost = [entry for entry in fake.state.queue if event_ids is None or entry["event"] in event_ids]
        fake.state.queue = [entry for entry in fake.state.queue if entry not in lost]
        return [entry["event"] for entry in lost]


def undelivered(fake: FakeStripe) -> list[Object]:
    with fake.lock:
        return [{**entry, "type": fake.find("event", entry["event"])["type"]} for entry in fake.state.queue]


def deliver(
    fake: FakeStripe,
    event_ids: list[str] | None,
    order: Order = "as_is",
    times: int = 1,
    at: int | None = None,
    seed: int = 0,
) -> list[Object]:
    """Send now and wait: what waits in the queue, or else exactly these events. ``at`` dates the signatures."""
    fake.tick()
    with fake.lock:
        if event_ids is None:
            entries = [entry for entry in fake.state.queue if entry["state"] == "waiting"]
        else:
            entries = [_entry(fake, event_id, "waiting") for event_id in event_ids if fake.find("event", event_id)]
        turns = arranged(entries, order, times, seed)
        for entry in entries:
            entry["state"] = "sending"
    return [send(fake, entry, at) for entry in turns]


def send_next(fake: FakeStripe) -> bool:
    """Send the first delivery that is due, if any: the courier's step."""
    with fake.lock:
        due = (entry for entry in fake.state.queue if entry["state"] == "waiting" and entry["next"] <= fake.now())
        entry = next(due, None)
        if entry is None:
            return False
        entry["state"] = "sending"
    send(fake, entry, None)
    return True


def send(fake: FakeStripe, entry: Object, at: int | None) -> Object:
    """One attempt, outside the lock: the receiver may well call the API before it answers."""
    event = fake.find("event", entry["event"])
    body = msgspec.json.encode({**event, "pending_webhooks": 1})
    secret = ("account" in event and fake.connect_secret) or fake.webhook_secret
    signature = sign(body, secret, fake.now() if at is None else at)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature,
    }
    status = fake.send(fake.webhook_url or "", body, headers)
    with fake.lock:
        return _record(fake, entry, event, status)


def arranged(entries: list[Object], order: Order, times: int, seed: int) -> list[Object]:
    """Every entry so many times. Events named in a list go first, in its order; those it leaves out follow."""
    repeated = [entry for entry in entries for _ in range(times)]
    if order == "reversed":
        repeated.reverse()
    elif order == "shuffled":
        lots = [hashlib.sha256(f"{seed}/{place}".encode()).digest() for place in range(len(repeated))]
        repeated = [entry for _, entry in sorted(zip(lots, repeated, strict=True), key=lambda pair: pair[0])]
    elif isinstance(order, list):
        places = {event_id: place for place, event_id in enumerate(order)}
        repeated.sort(key=lambda entry: places.get(entry["event"], len(places)))
    elif order != "as_is":
        raise ValueError("order is as_is, reversed, shuffled or a list of event ids")
    return repeated


def _entry(fake: FakeStripe, event_id: str, state: str | None = None) -> Object:
    state = state or ("held" if fake.state.holding else "waiting")
    return {"event": event_id, "state": state, "next": fake.now(), "attempts": 0, "last_status": None}


def _record(fake: FakeStripe, entry: Object, event: Object, status: int) -> Object:
    attempt = {"event": event["id"], "type": event["type"], "at": fake.now(), "status": status}
    fake.state.attempts.append(attempt)
    entry["attempts"] += 1
    entry["last_status"] = status
    queued = any(entry is other for other in fake.state.queue)
    if 200 <= status < 300:
        event["pending_webhooks"] = 0
        fake.state.queue = [other for other in fake.state.queue if other is not entry]
    elif queued:
        retried = entry["attempts"] <= len(PAUSES)
        entry["state"] = ("held" if fake.state.holding else "waiting") if retried else "exhausted"
        entry["next"] = fake.now() + PAUSES[entry["attempts"] - 1] if retried else entry["next"]
    return attempt
