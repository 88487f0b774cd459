"""Idempotency keys: one execution, its answer stored and given again, errors too.

Source: docs.stripe.com/api/idempotent_requests. Not stored: requests refused before they ran (bad parameters, rate
limits, a key in use).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe.answers import Answer
from infra.local.fake_stripe.problems import Problem
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_KEPT = 24 * 3600
_LONGEST = 255


def begin(fake: FakeStripe, key: str, asked: Object) -> Answer | None:
    """Claim the key for this request, or give the stored answer. Raises Problem where another request has the key."""
    if len(key) > _LONGEST:
        raise Problem(
            400, f"Idempotency keys have at most {_LONGEST} characters.", kind="idempotency_error", saved=False
        )
    record = fake.state.keys.get(key)
    if record and record["at"] <= fake.now() - _KEPT:
        record = None
    if record is None:
        fake.state.keys[key] = {"asked": asked, "done": False, "at": fake.now(), "status": 0, "body": ""}
        return None
    if record["asked"] != asked:
        raise _different(key)
    if not record["done"]:
        raise _in_use(key)
    headers = {"Content-Type": "application/json", "Idempotent-Replayed": "true", "Idempotency-Key": key}
    return Answer(record["status"], headers, record["body"].encode())


def finish(fake: FakeStripe, key: str, answer: Answer) -> None:
    fake.state.keys[key].update(done=True, status=answer.status, body=answer.body.decode())


def abandon(fake: FakeStripe, key: str) -> None:
    """The request was refused before it ran: the key is free again."""
    fake.state.keys.pop(key, None)


def prune(fake: FakeStripe, key: str | None = None) -> int:
    """Forget one key, or all that are done, as Stripe may after 24 hours. Gives how many."""
    with fake.lock:
        done = [name for name, record in fake.state.keys.items() if record["done"] and key in (None, name)]
        for name in done:
            del fake.state.keys[name]
        return len(done)


def _different(key: str) -> Problem:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return Problem(400, message, kind="idempotency_error", saved=False)


def _in_use(key: str) -> Problem:
    message = (
        f"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later."
    )
    return Problem(409, message, kind="idempotency_error", code="idempotency_key_in_use", saved=False)
