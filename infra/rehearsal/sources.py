"""The account as it runs its functions: queues and streams are handed over, by the account's own mappings."""

import logging
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from chalice.app import DynamoDBEventConfig, SQSEventConfig

from infra.deploy.account import Account
from infra.deploy.found import Described, Found, function_of
from infra.local.provisioning import ACCOUNT, REGION
from infra.local.queue_source import QueueSource
from infra.local.stream_source import StreamSource
from infra.rehearsal import events
from infra.rehearsal.account import EmulatedAccount
from infra.rehearsal.deployment import Fleet

IDLE_SECONDS = 0.25

logger = logging.getLogger("lyceum.rehearsal")


@dataclass(frozen=True)
class MappedFunction:
    """A function behind a mapping. Lambda reads its list of failures only where the mapping says so."""

    name: str
    fleet: Fleet
    is_heard: bool

    def invoke(self, event: dict[str, Any]) -> Any:
        answer = self.fleet.invoke(self.name, event)
        return answer if self.is_heard else None


class AccountSources:
    """Served in one thread from ``start()`` to ``stop()``; what is mapped is read when it starts."""

    def __init__(self, account: EmulatedAccount, stage: str, fleet: Fleet) -> None:
        self._account, self._stage, self._fleet = account, stage, fleet
        self._stop = Event()
        self._sources: list[QueueSource | StreamSource] = []
        self._thread = Thread(target=self._serve, daemon=True)

    def start(self) -> "AccountSources":
        self._sources = [self._source(mapping) for mapping in Found(Account(self._stage)).mappings]
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def failing(self) -> list[str]:
        return [str(failure) for source in self._sources for failure in source.failing.values()]

    def run_schedules(self) -> list[str]:
        """Every rule of the stage comes due once; the functions that it called."""
        called, client = [], self._account.client("events")
        for rule in Found(Account(self._stage)).rules:
            for target in client.list_targets_by_rule(Rule=rule)["Targets"]:
                name = target["Arn"].rpartition(":")[2]
                self._fleet.invoke(name, events.scheduled(rule))
                called.append(name)
        return called

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                moved = sum(source.pump() for source in self._sources)
            except Exception:
                logger.exception("an event source broke")
                moved = 0
            if not moved:
                self._stop.wait(IDLE_SECONDS)

    def _source(self, mapping: Described) -> QueueSource | StreamSource:
        function, arn = function_of(mapping), mapping["EventSourceArn"]
        is_heard = mapping.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]
        source = self._of_stream(mapping) if ":dynamodb:" in arn else self._of_queue(mapping)
        source.function = MappedFunction(function, self._fleet, is_heard)  # type: ignore[assignment]
        return source

    def _of_stream(self, mapping: Described) -> StreamSource:
        config = DynamoDBEventConfig(
            name="",
            handler_string="",
            stream_arn=mapping["EventSourceArn"],
            batch_size=mapping["BatchSize"],
            starting_position=mapping["StartingPosition"],
            maximum_batching_window_in_seconds=mapping.get("MaximumBatchingWindowInSeconds", 0),
        )
        return StreamSource(config, self._account.client("dynamodbstreams"))

    def _of_queue(self, mapping: Described) -> QueueSource:
        config = SQSEventConfig(
            name="",
            handler_string="",
            queue=None,
            queue_arn=mapping["EventSourceArn"],
            batch_size=mapping["BatchSize"],
            maximum_batching_window_in_seconds=mapping.get("MaximumBatchingWindowInSeconds", 0),
            maximum_concurrency=mapping.get("ScalingConfig", {}).get("MaximumConcurrency"),
        )
        place = {"account": ACCOUNT, "region": REGION, "url": self._account.url}
        return QueueSource(config, self._account.client("sqs"), **place)
