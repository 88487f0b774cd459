"""The API's front: who asks, for what, whether it was asked before, and what goes wrong on the way."""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

from infra.local.fake_stripe import (
    accounts,
    automatic_tax,
    balance,
    charges,
    customers,
    disputes,
    events,
    expansion,
    faults,
    forms,
    idempotency,
    invoice_payments,
    invoices,
    payment_intents,
    payouts,
    refunds,
    sessions,
    subscriptions,
    tax_calculations,
    tax_transactions,
    topups,
    transfers,
)
from infra.local.fake_stripe.answers import Answer, Dropped, json_answer
from infra.local.fake_stripe.problems import Problem, no_such_route, unauthorized
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

ROUTES = [
    route
    for room in (
        sessions,
        payment_intents,
        charges,
        balance,
        refunds,
        disputes,
        customers,
        events,
        subscriptions,
        invoices,
        invoice_payments,
        accounts,
        transfers,
        payouts,
        topups,
        tax_calculations,
        tax_transactions,
        automatic_tax,
    )
    for route in room.ROUTES
]


def handle(fake: FakeStripe, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    path, _, query = path.partition("?")
    request_id = fake.new_id("req_")
    try:
        _admit(fake, headers)
        route, ids = _route(method, unquote(path))
        text = query if method in ("GET", "DELETE") else body.decode("utf-8", "replace")
        key = headers.get("idempotency-key") if method == "POST" else None
        answer = _answer(fake, route, ids, forms.decode(text), key, request_id)
    except Problem as problem:
        answer = json_answer(problem.status, problem.document())
    version = {"Request-Id": request_id, "Stripe-Version": events.API_VERSION}
    return Answer(answer.status, {**answer.headers, **version}, answer.body)


def _admit(fake: FakeStripe, headers: dict[str, str]) -> None:
    key = _key(headers.get("authorization", ""))
    if not key:
        raise unauthorized("You did not provide an API key.")
    if key != fake.api_key if fake.api_key else not key.startswith(("sk_test_", "rk_test_")):
        raise unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * 8}")
    if headers.get("stripe-version", events.API_VERSION) != events.API_VERSION:
        raise Problem(400, f"Invalid Stripe API version: this server speaks {events.API_VERSION}.", saved=False)
    if "stripe-account" in headers or "stripe-context" in headers:
        raise Problem(
            403, "The provided key does not have access to that account.", code="account_invalid", saved=False
        )


def _key(authorization: str) -> str:
    scheme, _, told = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return told.strip()
    try:
        return base64.b64decode(told).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _route(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    for route in ROUTES:
        ids = route.match(method, path)
        if ids is not None:
            return route, ids
    raise no_such_route(method, path)


def _answer(
    fake: FakeStripe, route: Route, ids: tuple[str, ...], given: Object, key: str | None, request_id: str
) -> Answer:
    """Three steps under the lock, so that a slow call leaves it to others between claiming its key and running."""
    path = route.path.replace("{id}", "/".join(ids))
    with fake.lock:
        stored = idempotency.begin(fake, key, {"path": path, "params": given}) if key else None
        if stored:
            return stored
        fault = faults.take(fake, route.method, path)
    if fault["kind"] == "slow":
        time.sleep(fault["seconds"])
    with fake.lock:
        fake.tick()
        fake.request = {"id": request_id, "idempotency_key": key}
        return _run(fake, route, ids, given, key, fault)


def _run(fake: FakeStripe, route: Route, ids: tuple[str, ...], given: Object, key: str | None, fault: Object) -> Answer:
    try:
        _break_before(fault)
        answer = json_answer(200, _carry_out(fake, route, ids, given))
        saved = True
    except Problem as problem:
        answer, saved = json_answer(problem.status, problem.document()), problem.saved
    except BaseException:
        _release(fake, key)
        raise
    if fault["kind"] == "fail_after" and answer.status == 200:
        answer = json_answer(fault["status"], faults.problem(fault, saved=True).document())
    if key and saved:
        idempotency.finish(fake, key, answer)
    else:
        _release(fake, key)
    if fault["kind"] == "drop_after":
        raise Dropped
    return answer


def _break_before(fault: Object) -> None:
    if fault["kind"] == "drop_before":
        raise Dropped
    if fault["kind"] in ("refuse", "fail"):
        raise faults.problem(fault, saved=fault["kind"] == "fail")


def _carry_out(fake: FakeStripe, route: Route, ids: tuple[str, ...], given: Object) -> Object:
    params = route.params(given)
    return expansion.expand(fake, route.answer(fake, params, *ids), params.get("expand", []))


def _release(fake: FakeStripe, key: str | None) -> None:
    if key:
        idempotency.abandon(fake, key)
