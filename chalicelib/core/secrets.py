"""Secrets live in SSM as SecureStrings, and in memory; never in a file, a log or the environment."""

from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from chalicelib.core import aws, clock, settings
from chalicelib.core.logs import logger

FRESH_SECONDS = 300
"""How soon every container knows a secret that was changed. One call each time, to a service that costs nothing."""

PATIENCE_SECONDS = 30
"""Until a secret is asked for again, where its store does not answer."""


class Kept(Struct, frozen=True):
    """What a secret was, and until when it counts as known."""

    value: str
    until: float


kept: dict[str, Kept] = {}
"""What this container has read, and the only place that keeps it: what is made of a secret is keyed by its value."""


def secret(name: str) -> str:
    """The secret of that name, as it was five minutes ago or later. One that is known outlives its store's outages."""
    now = clock.timestamp()
    if name not in kept:
        kept[name] = Kept(_read(name), now + FRESH_SECONDS)
    elif not now < kept[name].until <= now + FRESH_SECONDS:
        kept[name] = _read_again(name, kept[name], now)
    return kept[name].value


def _read_again(name: str, known: Kept, now: float) -> Kept:
    try:
        return Kept(_read(name), now + FRESH_SECONDS)
    except (BotoCoreError, ClientError) as error:
        logger().warning("a secret could not be read again", secret=name, error=type(error).__name__)
        return Kept(known.value, now + PATIENCE_SECONDS)


def _read(name: str) -> str:
    answer = aws.client("ssm").get_parameter(Name=settings.parameter(name), WithDecryption=True)
    return str(answer["Parameter"]["Value"])
