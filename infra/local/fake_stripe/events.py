"""Snapshot events: what happened, with the object as it was, kept for 30 days and sent as a webhook.

Those of a connected account name it, and go to the endpoint that listens to connected accounts
(docs.stripe.com/connect/webhooks). The platform's own list has none of them: that asks with Stripe-Account.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from infra.local.fake_stripe import paging, parameters, webhooks
from infra.local.fake_stripe.parameters import Each, text, truth
from infra.local.fake_stripe.problems import bad_parameter
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object, copied

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

API_VERSION = "2026-10-28.endive"
_KEPT = 30 * 24 * 3600
LIST = paging.listing(type=text(100), types=Each(text(100), most=20), delivery_success=truth)


def emit(fake: FakeStripe, kind: str, thing: Object, **previous: Any) -> Object:
    """Record the event and queue its webhook. ``previous``: the changed attributes' values before."""
    data: Object = {"object": copied(thing)}
    if previous:
        data["previous_attributes"] = previous
    event = {
        "id": fake.new_id("evt_"),
        "object": "event",
        **({"account": thing["id"]} if thing["object"] == "account" else {}),
        "api_version": API_VERSION,
        "created": fake.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1 if fake.webhook_url else 0,
        "request": dict(fake.request),
        "type": kind,
    }
    fake.keep(event)
    webhooks.enqueue(fake, event)
    return event


def retrieve(fake: FakeStripe, params: Object, event_id: str) -> Object:
    event = fake.find("event", event_id)
    if "account" in event:
        return fake.find("event", f"{event_id} (of a connected account)")
    if event["created"] < fake.now() - _KEPT:
        return fake.find("event", f"{event_id} (older than 30 days)")
    return event


def listed(fake: FakeStripe, params: Object) -> Object:
    if "type" in params and "types" in params:
        raise bad_parameter("types", "You may only specify one of these parameters: type, types.")
    wanted = params.get("types") or [params.get("type", "*")]
    chosen = [event for event in fake.every("event").values() if _matches(fake, event, wanted, params)]
    return paging.page(fake, chosen, params, "/v1/events", "event")


def _matches(fake: FakeStripe, event: Object, wanted: list[str], params: Object) -> bool:
    delivered = params.get("delivery_success")
    return (
        "account" not in event
        and event["created"] >= fake.now() - _KEPT
        and any(fnmatchcase(event["type"], pattern) for pattern in wanted)
        and (delivered is None or delivered == (event["pending_webhooks"] == 0))
    )


ROUTES = [
    Route("GET", "/v1/events", listed, LIST),
    Route("GET", "/v1/events/{id}", retrieve, parameters.Fields({"expand": parameters.EXPAND})),
]
