"""From a table's stream to its function, as Lambda's event source mapping for DynamoDB streams does it."""

import json
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from chalice.app import DynamoDBEventConfig

from infra.local.batches import Failure, deliver
from infra.local.functions import Function
from infra.stream_changes import Record, as_handed_over

if TYPE_CHECKING:
    from infra.local.emulator import Emulator

MAX_RETRIES = 8
POLL_SECONDS = 0.25
LONGEST_BACK_OFF = 60


class StreamSource:
    """Reads the stream in order from its beginning, in batches, and never passes a record that may still succeed.

    A batch that fails is taken up again from the record that its function names, or else in halves, until a single
    record is left. That one is retried, then parked, and the stream goes on: what bisecting, a retry limit and a
    failure destination do at AWS.

    ``kept`` is a file that keeps its place, as Lambda does: who comes after a process that ended goes on from there.
    """

    def __init__(
        self,
        config: DynamoDBEventConfig,
        streams: Any,
        kept: Path | None = None,
        emulator: "Emulator | None" = None,
    ) -> None:
        self._streams, self._arn, self._batch_size = streams, config.stream_arn, config.batch_size
        self._emulator = emulator
        self.function = Function(config.name, config.handler_string)
        self.failing: dict[str, Failure] = {}
        """By sequence number: what has failed and not since succeeded."""
        self.parked: list[Failure] = []
        self._iterators: dict[str, str] = {}
        self._stop: Event | None = None
        self._kept = kept
        self._done: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept and kept.exists() else {}

    def pump(self, *, duplicate: bool = False) -> int:
        """Deliver what waits now, retrying at once; how many records."""
        moved = 0
        for shard in self._places() if self._may_wait() else ():
            while self._may_wait() and (batch := self._read(shard))["Records"]:
                records = [as_handed_over(record, self._arn) for record in batch["Records"]]
                for _ in range(2 if duplicate else 1):
                    self._process(records)
                if self._stopping():
                    return moved
                self._iterators[shard] = batch["NextShardIterator"]
                self._keep_place(shard, records[-1])
                moved += len(records)
        return moved

    def _may_wait(self) -> bool:
        """A table of the emulator has one shard."""
        read = max(map(int, self._done.values()), default=None)
        return self._emulator is None or self._emulator.has_changes(self._arn, after=read)

    def _keep_place(self, shard: str, last: Record) -> None:
        """Whole or not at all: a process may be killed here."""
        self._done[shard] = _number(last)
        if self._kept:
            draft = self._kept.with_suffix(".draft")
            draft.write_text(json.dumps(self._done), encoding="utf-8")
            draft.replace(self._kept)

    def run(self, stop: Event) -> None:
        """Poll until told to stop. What fails is tried again later and later."""
        self._stop = stop
        while not stop.wait(POLL_SECONDS):
            self.pump()
        self._stop = None

    def _places(self) -> list[str]:
        if not self._iterators:
            shards = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
            self._iterators = {shard["ShardId"]: self._beginning(shard["ShardId"]) for shard in shards}
        return list(self._iterators)

    def _beginning(self, shard: str) -> str:
        place = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self._done:
            place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._done[shard]}
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **place)
        return str(answer["ShardIterator"])

    def _read(self, shard: str) -> dict[str, Any]:
        batch = self._streams.get_records(ShardIterator=self._iterators[shard], Limit=self._batch_size)
        return dict(batch)

    def _process(self, records: list[Record], attempt: int = 1) -> None:
        """Until all are managed or parked, or until told to stop: then the batch is read again, as Lambda may."""
        while records and not self._stopping():
            known = [_number(record) for record in records]
            verdict = deliver(self.function, records, known)
            first = known.index(verdict.failed[0]) if verdict.failed else len(records)
            self._managed(records[:first])
            records = records[first:]
            if first:
                attempt = 1
                continue
            if len(records) > 1:
                middle = len(records) // 2
                self._process(records[:middle])
                records = records[middle:]
                continue
            self._failed(records[0], attempt, verdict.error)
            if attempt > MAX_RETRIES:
                self.parked.append(self.failing[_number(records[0])])
                return
            self._wait(attempt)
            attempt += 1

    def _managed(self, records: list[Record]) -> None:
        for record in records:
            self.failing.pop(_number(record), None)

    def _failed(self, record: Record, attempt: int, error: str) -> None:
        self.failing[_number(record)] = Failure(self.function.name, record, attempt, error)

    def _stopping(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _wait(self, attempt: int) -> None:
        if self._stop is not None:
            self._stop.wait(min(2**attempt, LONGEST_BACK_OFF))


def _number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
