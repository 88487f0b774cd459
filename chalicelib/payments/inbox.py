"""The inbox: each event of the provider once. What it tells is fetched before it is believed."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from pynamodb.expressions.update import Action

from chalicelib.core import clock, logs, settings
from chalicelib.core.errors import NotFound
from chalicelib.core.keyrings import ring
from chalicelib.core.tables import batch_get
from chalicelib.core.transactions import Transaction
from chalicelib.core.validation import BodyMalformed
from chalicelib.payments.models import StoredEvent
from chalicelib.payments.signatures import must_be_signed

WAITS, PARKED = "waits", "parked"
LATE = timedelta(minutes=5)
PATIENCE = 20
"""How often an event may fail before it is put aside for a person."""

HEARD = (
    "checkout.session.", "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled",
    "charge.updated", "charge.dispute.", "refund.", "transfer.", "payout.", "topup.",
    "account.updated", "invoice.paid", "invoice.payment_failed", "customer.subscription.",
)  # fmt: skip
"""What is kept, by the beginning of its type. The rest repeats what these tell."""

OF_A_PAYEE = "account.updated"
"""What is kept of a connected account: how it stands. All else that happens there is its owner's."""


class Event(Struct, frozen=True):
    """What a worker needs to know of an event: what happened to which object, and how many seconds it waited, where
    that is known. One without an ``id`` was never told: somebody looked."""

    id: str
    type: str
    object_id: str
    waited: int = 0


class _Object(Struct):
    id: str = ""


class _Data(Struct):
    object: _Object


class _Envelope(Struct):
    """The part of a webhook's body that we read. Of the object itself we take the id alone."""

    id: Annotated[str, Meta(min_length=1)]
    type: str
    created: int
    livemode: bool
    data: _Data
    account: str | None = None


def receive(body: bytes, signature: str) -> None:
    """Keep a signed event, once, where it is one of ours. One call to the store; where it fails, so does this, and the
    provider comes again.

    Raises SignatureInvalid, BodyMalformed.
    """
    must_be_signed(body, signature, _secrets(), clock.timestamp())
    told = _read(body)
    if told.livemode != (settings.value("STRIPE_LIVEMODE") == "1"):
        logs.logger().warning("an event of the other mode was left", event_id=told.id, type=told.type)
    elif _is_ours(told):
        _keep(told)


def take_missed(told: list[dict[str, Any]]) -> int:
    """Keep those of the provider's own events that are not known; how many there were. At most 100."""
    events = [event for event in (msgspec.convert(one, _Envelope) for one in told) if _is_ours(event)]
    known = batch_get([(StoredEvent, event.id) for event in events]) if events else []
    missed = [event for event, row in zip(events, known, strict=True) if row is None]
    for event in missed:
        _keep(event)
    return len(missed)


def of(image: Mapping[str, Any]) -> Event | None:
    """The event in a row of the inbox, where it waits to be worked on."""
    if image.get("unfinished") != WAITS:
        return None
    return Event(image["event_id"], image["type"], image["object_id"])


def finish(tx: Transaction, event: Event | None) -> None:
    """The event's facts are part of this transaction. None: they were found without one."""
    if event and event.id:
        done = [StoredEvent.done_at.set(clock.now()), StoredEvent.unfinished.remove(), StoredEvent.parked_for.remove()]
        tx.update(StoredEvent(event.id), done, StoredEvent.event_id.exists())


def park(event: Event, reason: str) -> None:
    """Put an event aside for a person, and say so: nothing is guessed, nothing dropped. What is done stays done."""
    aside: list[Action] = [StoredEvent.unfinished.set(PARKED), StoredEvent.parked_for.set(reason)]
    waits = StoredEvent.event_id.exists() & StoredEvent.done_at.does_not_exist()
    if not StoredEvent(event.id).update_if(waits, aside):
        return
    logs.incident("event_parked", event_id=event.id, type=event.type, reason=reason)


def late() -> Iterator[Event]:
    """The events that should be done by now, oldest first."""
    now = clock.now()
    for row in StoredEvent.by_unfinished.query(WAITS, StoredEvent.received_at < now - LATE):
        yield Event(row.event_id, row.type, row.object_id, round((now - row.received_at).total_seconds()))


def retry(tx: Transaction, event_id: str) -> None:
    """Let a parked event be worked on again. At the commit: NotFound where none is parked under that id."""
    again = [StoredEvent.unfinished.set(WAITS), StoredEvent.failures.set(0), StoredEvent.parked_for.remove()]
    tx.update(StoredEvent(event_id), again, StoredEvent.unfinished == PARKED, NotFound())


def failed(event: Event) -> None:
    """Count a failure that waiting does not mend. An event that keeps failing is put aside: it holds up no other."""
    row = StoredEvent(event.id)
    row.update(actions=[StoredEvent.failures.add(1)], condition=StoredEvent.event_id.exists())
    if row.failures >= PATIENCE:
        park(event, "it keeps failing")


def parked() -> Iterator[tuple[Event, str]]:
    """What waits for a person, and why."""
    for row in StoredEvent.by_unfinished.query(PARKED):
        yield Event(row.event_id, row.type, row.object_id), row.parked_for


def _secrets() -> tuple[str, ...]:
    """Each endpoint that is registered at the provider has its own; a key of the ring may hold several, by commas."""
    return tuple(secret for key in ring("stripe-webhook-secret").every for secret in key.split(","))


def _is_ours(told: _Envelope) -> bool:
    """Events of connected accounts name theirs. What is not ours is left without a refusal: that would be sent again
    for days, and at last no event at all."""
    if told.account is not None:
        return told.type == OF_A_PAYEE and told.data.object.id == told.account
    return told.type.startswith(HEARD)


def _read(body: bytes) -> _Envelope:
    try:
        return msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BodyMalformed from None


def _keep(told: _Envelope) -> None:
    """One that was put aside begins anew when the provider sends it again."""
    event = StoredEvent(
        told.id,
        type=told.type,
        object_id=told.data.object.id,
        created=told.created,
        received_at=clock.now(),
        unfinished=WAITS,
    )
    event.save_if(StoredEvent.is_new() | (StoredEvent.unfinished == PARKED))
