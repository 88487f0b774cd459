"""Facts: what happened, said once by the room where it happened, heard by every room that cares.

A table's one stream function turns its changes into facts and publishes them to one topic; each reader has a
queue, filtered by type. A fact may come twice and out of order: readers are written for it.
"""

import builtins
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from chalicelib.core import aws, logs, settings
from chalicelib.core.records import Change, batch, each_record

T = TypeVar("T")
_CALL_ENTRIES = 10
_CALL_BYTES = 240_000


class NotTaken(Exception):
    """The topic did not take every fact: the change comes again."""


class Fact(msgspec.Struct, frozen=True):
    """``subject`` is the id of what it is about; ``data`` has the shape that ``type`` and ``v`` name.

    ``correlation_id`` names the request or job that caused it, for logs alone: nothing is decided by it.
    """

    id: str
    type: str
    subject: str
    at: str
    data: dict[str, Any]
    v: int = 1
    correlation_id: str = ""

    def read(self, shape: "builtins.type[T]") -> T:
        """The data, as far as this reader's shape names it. Raises msgspec.ValidationError."""
        return msgspec.convert(self.data, shape)


def of(change: Change, type: str, subject: str, data: dict[str, Any]) -> Fact:
    """The fact that a change of a row tells. The same change tells the same fact, with the same id."""
    cause = change.correlation_id
    return Fact(id=f"{change.id}:{type}", type=type, subject=subject, at=change.at, data=data, correlation_id=cause)


def publish(facts: Iterable[Fact]) -> None:
    """To the topic, as few calls as its limits allow. Raises where one of them was not taken."""
    for entries in _calls(facts):
        answer = aws.client("sns").publish_batch(TopicArn=settings.topic("facts"), PublishBatchRequestEntries=entries)
        if answer.get("Failed"):
            raise NotTaken(f"{len(answer['Failed'])} of {len(entries)}")


def each_fact(deed: Callable[[Fact], None]) -> Callable[[Any], dict[str, Any]]:
    """A queue's handler: the deed is done for each fact, and those that fail come again."""

    @functools.wraps(deed)
    def handle(event: Any) -> dict[str, Any]:
        return each_record(event, functools.partial(_hear, deed))

    return handle


def all_facts(deed: Callable[[list[Fact]], None]) -> Callable[[Any], dict[str, Any]]:
    """A queue's handler: the deed is done for the whole batch; where that fails, for each fact alone, so that a bad
    one does not keep its neighbours from being heard. What was done before is then done again."""

    @functools.wraps(deed)
    def handle(event: Any) -> dict[str, Any]:
        with batch(event) as records:
            try:
                deed([msgspec.json.decode(record["body"], type=Fact) for record in records])
                return {"batchItemFailures": []}
            except Exception as error:
                logs.logger().warning("a batch of facts failed: each alone now", exc_info=error)
        return each_record(event, functools.partial(_hear, lambda fact: deed([fact])))

    return handle


def gathered(keep: Callable[[list[T]], None]) -> Callable[[Callable[[Fact], T]], Callable[[Any], dict[str, Any]]]:
    """A queue's handler: each fact is read by itself, and what was read of a batch is kept at once. A fact that cannot
    be read comes again alone; where keeping fails, all of them do."""

    def decorate(read: Callable[[Fact], T]) -> Callable[[Any], dict[str, Any]]:
        @functools.wraps(read)
        def handle(event: Any) -> dict[str, Any]:
            taken: list[T] = []
            take = functools.partial(_hear, lambda fact: taken.append(read(fact)))
            return each_record(event, take, lambda: keep(taken))

        return handle

    return decorate


def _hear(deed: Callable[[Fact], None], record: dict[str, Any]) -> None:
    fact = msgspec.json.decode(record["body"], type=Fact)
    logs.learn(correlation_id=fact.correlation_id, fact_id=fact.id)
    deed(fact)


def _calls(facts: Iterable[Fact]) -> Iterator[list[dict[str, Any]]]:
    """Ten entries a call at most, and not more bytes than a call may carry."""
    entries: list[dict[str, Any]] = []
    used = 0
    for number, fact in enumerate(facts):
        message = msgspec.json.encode(fact)
        if entries and (len(entries) == _CALL_ENTRIES or used + len(message) > _CALL_BYTES):
            yield entries
            entries, used = [], 0
        kind = {"type": {"DataType": "String", "StringValue": fact.type}}
        entries.append({"Id": str(number), "Message": message.decode(), "MessageAttributes": kind})
        used += len(message)
    if entries:
        yield entries
