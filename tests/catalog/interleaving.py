"""Two deeds at once, in the one order that hurts: chosen, not hoped for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.core.tables import connection
from infra.local.acting import acting_as


@contextmanager
def meanwhile(deed: Callable[[], Any]) -> Iterator[list[Any]]:
    """Do the deed when the next transaction has been prepared, just before it is sent; what the deed answered."""
    events, answers = connection().client.meta.events, []

    def interrupt(**_: Any) -> None:
        events.unregister("before-send.dynamodb.TransactWriteItems", interrupt)
        with acting_as(None):
            answers.append(deed())

    events.register("before-send.dynamodb.TransactWriteItems", interrupt)
    try:
        yield answers
    finally:
        events.unregister("before-send.dynamodb.TransactWriteItems", interrupt)
