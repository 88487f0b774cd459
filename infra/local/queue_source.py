"""From a queue to its function, as Lambda's event source mapping for SQS does it."""

import hashlib
import time
from threading import Event
from typing import TYPE_CHECKING, Any

from chalice.app import SQSEventConfig

from infra.local.batches import Failure, deliver
from infra.local.functions import Function

if TYPE_CHECKING:
    from infra.local.emulator import Emulator

RECEIVE_LIMIT = 10
"""What one ReceiveMessage gives at most; larger batches are gathered."""

LONGEST_BACK_OFF = 60
POLL_SECONDS = 2
DEFAULT_CONCURRENCY = 2
LONGEST_WINDOW_SECONDS = 2
"""A batching window saves calls, which cost nothing here, and somebody waits for what they did to be seen."""

Message = dict[str, Any]


class QueueSource:
    """Receives messages, hands them over in batches, deletes what was managed, lets come again what was not.

    What fails too often goes to the dead letters by the queue's own redrive policy, not by anything here.
    """

    def __init__(
        self,
        config: SQSEventConfig,
        sqs: Any,
        emulator: "Emulator | None" = None,
        /,
        *,
        account: str,
        region: str,
        url: str,
    ) -> None:
        self._sqs, self._config, self._emulator = sqs, config, emulator
        self._name = name = config.queue or str(config.queue_arn).rpartition(":")[2]
        self.function = Function(config.name, config.handler_string)
        self.concurrency = config.maximum_concurrency or DEFAULT_CONCURRENCY
        self.failing: dict[str, Failure] = {}
        """By message id: what has failed and not since succeeded."""
        self._region, self._url = region, f"{url}/{account}/{name}"
        self._arn = config.queue_arn or f"arn:aws:sqs:{region}:{account}:{name}"

    def pump(self, *, duplicate: bool = False, shuffle: int | None = None) -> int:
        """Deliver what waits now; how many messages. What fails is visible again at once."""
        waiting = self._receive_all()
        if shuffle is not None:
            waiting = shuffled(waiting, shuffle)
        size = self._config.batch_size
        for start in range(0, len(waiting), size):
            batch = waiting[start : start + size]
            for message in self._deliver(batch, times=2 if duplicate else 1):
                self._show_again(message, after=0)
        return len(waiting)

    def run(self, stop: Event) -> None:
        """Poll until told to stop. What fails comes again later and later."""
        while not stop.is_set():
            for message in self._deliver(self._gather(stop)):
                self._show_again(message, after=_back_off(message))

    def _receive_all(self) -> list[Message]:
        waiting: list[Message] = []
        while self._may_wait() and (received := self._receive(RECEIVE_LIMIT, wait=0)):
            waiting += received
        return waiting

    def _may_wait(self) -> bool:
        return self._emulator is None or self._emulator.has_messages(self._name)

    def _gather(self, stop: Event) -> list[Message]:
        """One batch: as soon as there is any message, or as full as it gets within the batching window."""
        batch = self._receive(self._config.batch_size, wait=POLL_SECONDS)
        window = min(self._config.maximum_batching_window_in_seconds, LONGEST_WINDOW_SECONDS)
        deadline = time.monotonic() + window
        while batch and len(batch) < self._config.batch_size and time.monotonic() < deadline and not stop.is_set():
            batch += self._receive(self._config.batch_size - len(batch), wait=1)
        return batch

    def _receive(self, at_most: int, wait: int) -> list[Message]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(at_most, RECEIVE_LIMIT),
            WaitTimeSeconds=wait,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def _deliver(self, batch: list[Message], times: int = 1) -> list[Message]:
        """Those that failed. Delivered twice, a message fails if it fails either time, as one redelivered does."""
        if not batch:
            return []
        known = [message["MessageId"] for message in batch]
        failed: set[str] = set()
        for repeat in range(times):
            records = [self._record(message, repeat) for message in batch]
            verdict = deliver(self.function, records, known)
            self._remember(records, verdict.failed, verdict.error)
            failed.update(verdict.failed)
        for message in batch:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [message for message in batch if message["MessageId"] in failed]

    def _remember(self, records: list[dict[str, Any]], failed: list[str], error: str) -> None:
        for record in records:
            if record["messageId"] in failed:
                attempts = int(record["attributes"]["ApproximateReceiveCount"])
                self.failing[record["messageId"]] = Failure(self.function.name, record, attempts, error)
            else:
                self.failing.pop(record["messageId"], None)

    def _show_again(self, message: Message, after: int) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=after
        )

    def _record(self, message: Message, repeat: int = 0) -> dict[str, Any]:
        """A message as Lambda hands it over."""
        attributes = dict(message["Attributes"])
        attributes["ApproximateReceiveCount"] = str(int(attributes["ApproximateReceiveCount"]) + repeat)
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": attributes,
            "messageAttributes": {
                name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": self._region,
        }
        if "MD5OfMessageAttributes" in message:
            record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
        return record


def shuffled(items: list[Any], seed: int) -> list[Any]:
    """The same disorder for the same seed and length."""
    order = sorted(range(len(items)), key=lambda place: hashlib.sha256(f"{seed}:{place}".encode()).digest())
    return [items[place] for place in order]


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def _back_off(message: Message) -> int:
    return int(min(2 ** int(message["Attributes"]["ApproximateReceiveCount"]), LONGEST_BACK_OFF))
