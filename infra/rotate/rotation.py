"""The deeds of ``make rotate-keys``. Each is in the audit trail before it is done, and answers what to do next."""

from collections.abc import Callable
from datetime import UTC, datetime

from chalicelib.audit import trail
from chalicelib.core import clock, ids
from chalicelib.core.actors import system
from chalicelib.core.keyrings import KeyRing, parse
from chalicelib.core.secrets import FRESH_SECONDS
from chalicelib.core.transactions import all_or_nothing
from chalicelib.payments import wire
from chalicelib.payments.wire import ProviderUnavailable
from infra.deploy.errors import Stopped
from infra.rotate import parameters, rings
from infra.rotate.parameters import Held

Ask = Callable[[str], str]
"""Asks a person for a secret, unseen."""

VOID = {
    "token-keys": "clients take new access tokens by their refresh tokens, which stay",
    "cursor-key": "who turns a page begins at the first, and who was mailed a code asks for another",
    "stripe-webhook-secret": "an event signed with it is refused, and Stripe sends it again",
}
"""What becomes of what a key signed that others know."""

GIVEN = {"stripe-webhook-secret": "whsec_"}
"""What Stripe makes, and how it begins; the rest is made here."""


def rotate(name: str, ask: Ask) -> str:
    """The next step of that secret's rotation, whichever it is. Raises Stopped."""
    held = parameters.read(name)
    if name == "stripe-key":
        return _replace_stripe_key(held, ask)
    ring = parse(held.value)
    return _finish(name, held, ring) if ring.next else _begin(name, held, ring, ask)


def retire(name: str) -> str:
    """The last step. Raises Stopped where there is nothing to retire yet."""
    held = parameters.read(name)
    ring = parse(held.value)
    if not ring.next:
        raise Stopped(f"No key of {name} retires: it has one.")
    return _finish(name, held, ring)


def replace(name: str, ask: Ask) -> str:
    """A key that others know: the new one alone, at once."""
    held = parameters.read(name)
    ring = rings.replace(parse(held.value), _new_key(name, ask))
    _note("secret.replaced", name, kid=ring.current)
    parameters.write(name, rings.written(ring), held)
    return (
        f"{name}: only the new key {ring.current} counts, for every container within {FRESH_SECONDS // 60} minutes. "
        f"What the old one signed is void: {VOID[name]}."
    )


def _begin(name: str, held: Held, ring: KeyRing, ask: Ask) -> str:
    life = rings.LIVES[name]
    turned = rings.begin(ring, _new_key(name, ask), int(clock.timestamp()), life.lead)
    _note("secret.rotation_begun", name, kid=str(turned.next))
    parameters.write(name, rings.written(turned), held)
    return (
        f"{name}: {turned.next} counts from {_told(turned.next_from)} on, beside {turned.current}. "
        f"Run this again after {_told(rings.retires_at(turned, life))}: it then takes {turned.current} away."
    )


def _finish(name: str, held: Held, ring: KeyRing) -> str:
    due = rings.retires_at(ring, rings.LIVES[name])
    if clock.timestamp() < due:
        return f"{name}: {ring.current} is still needed, until {_told(due)}. Run this again then."
    alone = rings.retire(ring)
    _note("secret.retired", name, kid=ring.current)
    parameters.write(name, rings.written(alone), held)
    return f"{name}: {alone.current} alone counts now."


def _replace_stripe_key(held: Held, ask: Ask) -> str:
    """Stripe takes both keys until the old one is expired there, so one value is enough."""
    key = ask("The new secret key, from Stripe's dashboard")
    if _mode(key) != _mode(held.value):
        raise Stopped("That is no secret key of the same mode (live or test) as the present one: nothing was changed.")
    if not _is_taken(key):
        raise Stopped("Stripe does not take that key for checkout sessions: nothing was changed.")
    _note("secret.replaced", "stripe-key")
    parameters.write("stripe-key", key, held)
    return (
        f"stripe-key: every container uses the new key within {FRESH_SECONDS // 60} minutes. "
        "Then, and not before, let the old one expire in Stripe's dashboard."
    )


def _is_taken(key: str) -> bool:
    try:
        return wire.takes(key)
    except ProviderUnavailable:
        raise Stopped("Stripe does not answer, so the key could not be tried: nothing was changed.") from None


def _mode(key: str) -> str | None:
    """``live`` or ``test``, of sk_live_… and rk_test_…; None for what is no secret key."""
    kind, _, rest = key.partition("_")
    mode, _, unique = rest.partition("_")
    return mode if kind in ("sk", "rk") and mode in ("live", "test") and unique else None


def _new_key(name: str, ask: Ask) -> str:
    if name not in GIVEN:
        return ids.secret()
    key = ask(f"The new value of {name}, from Stripe's dashboard; of several endpoints every secret, by commas")
    if not all(_is_given(each, GIVEN[name]) for each in key.split(",")):
        raise Stopped(f"That is no {name}: it begins with {GIVEN[name]}. Nothing was changed.")
    return key


def _is_given(key: str, beginning: str) -> bool:
    return key.startswith(beginning) and len(key) >= len(beginning) + 8 and key.isascii() and " " not in key


def _note(deed: str, name: str, **facts: str) -> None:
    with all_or_nothing() as tx:
        trail.write(tx, system("operator"), deed, name, **facts)


def _told(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
