"""What Lambda hands to jobs: batches of queue messages and of changes of a table.

Both answer ``batchItemFailures``. A queue's failures come again one by one. A stream is in order: the first
failure ends the batch, and the stream comes again from there.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.core import clock, logs, settings

Json = dict[str, Any]
T = TypeVar("T")
LATE_SECONDS = 60
"""A batch whose oldest record is younger is not worth a line."""
_EXPIRY = "dynamodb.amazonaws.com"
"""Who deletes what expired: docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html"""


class JobFailed(Exception):
    """What Lambda is told of an invocation that failed whole. It would put any other exception's words into its log."""


class Change(msgspec.Struct, frozen=True):
    """One change of one item. ``old`` is None where the item is new, ``new`` where it went; ``expired``: by itself."""

    id: str
    at: str
    old: Json | None
    new: Json | None
    expired: bool = False

    def became(self, name: str, value: Any) -> bool:
        """The attribute has this value now, and had not before."""
        return bool((self.new or {}).get(name) == value) and (self.old or {}).get(name) != value

    @property
    def correlation_id(self) -> str:
        """The request or job that made the change, as far as the row says; else the change's own id."""
        return str((self.new or self.old or {}).get("correlation_id") or self.id)


def each_record(event: Any, deed: Callable[[Json], None], finish: Callable[[], None] = lambda: None) -> Json:
    """Do the deed for each message of a queue's batch, then finish; where that fails, the whole batch comes again."""
    failures = []
    with batch(event) as records:
        for record in records:
            number = record["messageId"]
            with logs.within(correlation_id=number, message_id=number):
                try:
                    deed(record)
                except Exception as error:
                    logs.failed("a message failed", error)
                    failures.append({"itemIdentifier": number})
        finish()
    return {"batchItemFailures": failures}


def each_change(deed: Callable[[Change], None]) -> Callable[[Any], Json]:
    """A stream's handler: the deed is done for each change, in order, up to the first that fails."""

    @functools.wraps(deed)
    def handle(event: Any) -> Json:
        with batch(event) as records:
            for record in records:
                change, number = _change(record), record["dynamodb"]["SequenceNumber"]
                with logs.within(correlation_id=change.correlation_id, sequence_number=number):
                    try:
                        deed(change)
                    except Exception as error:
                        logs.failed("a change failed", error)
                        return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handle


def all_changes(deed: Callable[[list[Change]], None]) -> Callable[[Any], Json]:
    """A stream's handler: the deed is done for the whole batch, and where it fails the batch comes again."""

    @functools.wraps(deed)
    def handle(event: Any) -> Json:
        with batch(event) as records:
            number = records[0]["dynamodb"]["SequenceNumber"]
            with logs.within(sequence_number=number):
                try:
                    deed([_change(record) for record in records])
                except Exception as error:
                    logs.failed("a batch of changes failed", error)
                    return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handle


def on_time(deed: Callable[[], object]) -> Callable[[Any], None]:
    """A schedule's handler."""

    @functools.wraps(deed)
    def handle(event: Any) -> None:
        with _invocation(event.context):
            deed()

    return handle


def on_call(shape: type[T]) -> Callable[[Callable[[T], object]], Callable[[Json, Any], Any]]:
    """The handler of a function that ours call by its name. They say this shape, and hear what the deed says."""

    def handler_of(deed: Callable[[T], object]) -> Callable[[Json, Any], Any]:
        @functools.wraps(deed)
        def handle(event: Json, context: Any) -> Any:
            with _invocation(context):
                return msgspec.to_builtins(deed(msgspec.convert(event, shape)))

        return handle

    return handler_of


@contextmanager
def batch(event: Any) -> Iterator[list[Json]]:
    """The records of an invocation, whose lines name it. Says how late they are, where they are."""
    records: list[Json] = event.to_dict()["Records"]
    with _invocation(event.context):
        now = clock.timestamp()
        age = now - min(map(_since, records), default=now)
        if age > LATE_SECONDS:
            logs.measure("RecordAge", round(age))
        yield records


@contextmanager
def _invocation(context: Any) -> Iterator[None]:
    """Until a record says more, the invocation is what caused what it does. Raises JobFailed."""
    function = context.function_name.removeprefix(settings.function(""))
    with logs.within(function=function, correlation_id=context.aws_request_id):
        try:
            yield
        except Exception as error:
            logs.failed("a job failed", error)
            raise JobFailed(type(error).__name__) from None


def _since(record: Json) -> float:
    if "dynamodb" in record:
        return float(record["dynamodb"]["ApproximateCreationDateTime"])
    return int(record["attributes"]["SentTimestamp"]) / 1000


def _change(record: Json) -> Change:
    image = record["dynamodb"]
    moment = datetime.fromtimestamp(float(image["ApproximateCreationDateTime"]), UTC)
    return Change(
        id=record["eventID"],
        at=clock.rfc3339(moment),
        old=_plain(image.get("OldImage")),
        new=_plain(image.get("NewImage")),
        expired=record.get("userIdentity", {}).get("principalId") == _EXPIRY,
    )


def _plain(image: Json | None) -> Json | None:
    """Stored attributes as plain values; numbers are whole."""
    return {name: _value(typed) for name, typed in image.items()} if image else None


def _value(typed: Json) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "M":
            return _plain(value) or {}
        case "L":
            return [_value(part) for part in value]
        case "NULL":
            return None
        case "NS":
            return [int(part) for part in value]
        case _:
            return value
