"""What Lambda hands to jobs: batches of queue messages and of changes of a table.

Both answer ``batchItemFailures``. A queue's failures come again one by one. A stream is in order: the first
failure ends the batch, and the stream comes again from there.
"""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.logs import logger

Json = dict[str, Any]


class Change(msgspec.Struct, frozen=True):
    """One change of one item. ``old`` is None where the item is new, ``new`` where it went."""

    id: str
    at: str
    old: Json | None
    new: Json | None

    def became(self, name: str, value: Any) -> bool:
        """The attribute has this value now, and had not before."""
        return bool((self.new or {}).get(name) == value) and (self.old or {}).get(name) != value


def each_record(event: Any, deed: Callable[[Json], None]) -> Json:
    """Do the deed for each message of a queue's batch."""
    failures = []
    for record in event.to_dict()["Records"]:
        try:
            deed(record)
        except Exception as error:
            logger().exception("a message failed", exc_info=error, message_id=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def each_change(deed: Callable[[Change], None]) -> Callable[[Any], Json]:
    """A stream's handler: the deed is done for each change, in order, up to the first that fails."""

    @functools.wraps(deed)
    def handle(event: Any) -> Json:
        for record in event.to_dict()["Records"]:
            try:
                deed(_change(record))
            except Exception as error:
                number = record["dynamodb"]["SequenceNumber"]
                logger().exception("a change failed", exc_info=error, sequence_number=number)
                return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handle


def all_changes(deed: Callable[[list[Change]], None]) -> Callable[[Any], Json]:
    """A stream's handler: the deed is done for the whole batch, and where it fails the batch comes again."""

    @functools.wraps(deed)
    def handle(event: Any) -> Json:
        records = event.to_dict()["Records"]
        try:
            deed([_change(record) for record in records])
        except Exception as error:
            number = records[0]["dynamodb"]["SequenceNumber"]
            logger().exception("a batch of changes failed", exc_info=error, sequence_number=number)
            return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handle


def _change(record: Json) -> Change:
    image = record["dynamodb"]
    moment = datetime.fromtimestamp(float(image["ApproximateCreationDateTime"]), UTC)
    return Change(
        id=record["eventID"],
        at=clock.rfc3339(moment),
        old=_plain(image.get("OldImage")),
        new=_plain(image.get("NewImage")),
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
