"""After the load: let everything that is under way arrive, then look whether the books and the queues are whole."""

import time
from collections.abc import Callable
from typing import Any

import requests

from chalicelib.core import clock
from infra.demo.caller import Caller
from infra.local import emulated_state
from infra.local.clockwork import MovableClock
from infra.local.supervisor import LocalPlatform

PATIENCE_SECONDS = 120
UNFINISHED = {"lyceum-dev-inbox", "lyceum-dev-outbox"}


def drain(platform: LocalPlatform, admin: Caller, say: Callable[[str], None]) -> list[str]:
    """Wait until nothing waits; what still does when patience ends, and what fell into dead letters.

    Where nothing is left but messages that are to come later, the platform's clock is moved to when they do.
    """
    begun = time.monotonic()
    while waiting := _waiting(platform):
        if time.monotonic() - begun > PATIENCE_SECONDS:
            break
        say(f"still to come: {', '.join(f'{name} {count}' for name, count in waiting.items())}")
        delays = _delays(platform)
        if len(delays) == sum(waiting.values()):
            MovableClock().advance(seconds=max(delays))
        time.sleep(1)
    admin.post("/v1/admin/sweeps")
    dead = {name: count for name, count in _queued(platform).items() if name.endswith("-dlq")}
    return [f"{count} in {name}" for name, count in (waiting | dead).items()]


def differences(admin: Caller) -> list[str]:
    """What the invariants find, in their words."""
    report = admin.get("/v1/admin/invariants")
    return [f"invariant {each['invariant']}: {each['subject']}: {each['detail']}" for each in report["differences"]]


def unpaid(platform: LocalPlatform, readers: list[dict[str, Any]], orders: list[tuple[int, str]]) -> list[str]:
    """The orders that were paid at Stripe and are not paid with us."""
    found = []
    for number, order_id in orders:
        reader = Caller(platform)
        reader.token = readers[number]["token"]
        status = reader.get(f"/v1/me/orders/{order_id}")["status"]
        if status != "paid":
            found.append(f"order {order_id} was paid and is {status}")
    return found


def _waiting(platform: LocalPlatform) -> dict[str, int]:
    """What is under way, by where it waits."""
    queued = {name: count for name, count in _queued(platform).items() if not name.endswith("-dlq")}
    with platform.emulator.lock:
        tables = [table for table in emulated_state.tables() if table.name in UNFINISHED]
        rows = {table.name: sum("unfinished" in item.attrs for item in table.all_items()) for table in tables}
    webhooks = requests.get(f"{platform.stripe_url}/_control/webhooks", timeout=30).json()["undelivered"]
    waiting = queued | rows | {"webhooks": len(webhooks)}
    return {name: count for name, count in waiting.items() if count}


def _delays(platform: LocalPlatform) -> list[float]:
    """Seconds until each message comes that was sent to come later."""
    with platform.emulator.lock:
        messages = [message for queue in emulated_state.queues() for message in queue._messages if message.delayed]
        return [message.delayed_until / 1000 - clock.timestamp() for message in messages]


def _queued(platform: LocalPlatform) -> dict[str, int]:
    """Messages by queue, those in somebody's hands among them."""
    with platform.emulator.lock:
        held = {queue.name: len(queue._messages) for queue in emulated_state.queues()}
    return {name: count for name, count in held.items() if count}
