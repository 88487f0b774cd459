"""Runs an app's jobs as AWS would: queues, streams and schedules, each to the function registered for it."""

import logging
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig, ScheduleExpression, SQSEventConfig

from chalicelib.core import clock, ids, settings
from infra.local.acting import acting_as
from infra.local.batches import Failure
from infra.local.functions import Function
from infra.local.queue_source import QueueSource, shuffled
from infra.local.schedules import parse
from infra.local.stream_source import StreamSource

if TYPE_CHECKING:
    from infra.local.emulator import Emulator

MOST_ROUNDS = 200
TICK_SECONDS = 0.5

logger = logging.getLogger("lyceum.local")


class KeepsFailing(AssertionError):
    """Records that their functions never managed, however often they came."""


class NeverQuiet(AssertionError):
    """Work that makes work without end."""


class EventSources:
    """All that ``app.py`` registers, read from the app itself.

    ``places``: a folder that keeps how far streams are. ``emulator``: one of this process; who pumps then looks into it
    and does not ask over HTTP for what is not there.
    """

    def __init__(self, app: Chalice, places: Path | None = None, emulator: "Emulator | None" = None) -> None:
        sqs, streams = _client("sqs"), _client("dynamodbstreams")
        place = {
            "account": settings.account_id(),
            "region": settings.region(),
            "url": settings.value("AWS_ENDPOINT_URL"),
        }
        self.queues = [
            QueueSource(c, sqs, emulator, **place) for c in app.event_sources if isinstance(c, SQSEventConfig)
        ]
        told = [config for config in app.event_sources if isinstance(config, DynamoDBEventConfig)]
        self.streams = [StreamSource(c, streams, _kept(places, c.name), emulator) for c in told]
        self.schedules = {c.name: c for c in app.event_sources if isinstance(c, ScheduledEventConfig)}
        self._due = {name: self._due_after(name, clock.now()) for name in self.schedules}

    @property
    def failing(self) -> list[Failure]:
        """What has failed and not since succeeded: dead letters, parked records, and what is still being retried."""
        sources: list[QueueSource | StreamSource] = [*self.queues, *self.streams]
        return [failure for source in sources for failure in source.failing.values()]

    @property
    def parked(self) -> list[Failure]:
        """The records that streams went on without."""
        return [failure for source in self.streams for failure in source.parked]

    def pump(self, *, duplicate: bool = False, shuffle: int | None = None, tolerate: bool = False) -> int:
        """Deliver until nothing moves; how many records were delivered. Schedules wait to be asked for.

        duplicate: every message and change comes twice. shuffle: a seed; messages come in disorder, and so do the
        queues. Changes of one table stay in order, as a shard keeps them.
        Retries come at once, and end as at AWS: in the dead letters, or parked. Raises KeepsFailing then, unless told
        to ``tolerate`` it, and NeverQuiet where work makes work without end.
        """
        before = self.failing
        moved, busy = 0, {}
        for round_number in range(MOST_ROUNDS):
            busy = self._pump_once(duplicate, None if shuffle is None else shuffle + round_number)
            moved += sum(busy.values())
            if not any(busy.values()):
                break
        else:
            raise NeverQuiet(f"after {MOST_ROUNDS} rounds still busy: {busy}")
        failed = [failure for failure in self.failing if not any(failure is old for old in before)]
        if failed and not tolerate:
            raise KeepsFailing("\n".join(str(failure) for failure in failed))
        return moved

    def _pump_once(self, duplicate: bool, shuffle: int | None) -> dict[str, int]:
        with acting_as(None):  # whoever pumps, it is Lambda that polls
            return self._poll_once(duplicate, shuffle)

    def _poll_once(self, duplicate: bool, shuffle: int | None) -> dict[str, int]:
        busy = {source.function.name: source.pump(duplicate=duplicate) for source in self.streams}
        queues = self.queues if shuffle is None else shuffled(self.queues, shuffle)
        busy |= {queue.function.name: queue.pump(duplicate=duplicate, shuffle=shuffle) for queue in queues}
        return busy

    def run_schedule(self, name: str) -> Any:
        """Invoke a scheduled function as if it came due now. Raises what it raises."""
        config = self.schedules[name]
        return Function(config.name, config.handler_string).invoke(_scheduled_event(name))

    def run_forever(self, stop: Event) -> None:
        """Serve every source in its own threads until told to stop, and return when all have stopped.

        What changed until then is passed on, for streams do not outlive the emulator; messages stay in their queues.
        """
        threads = [Thread(target=self._guard, args=(source.run, stop)) for source in self.streams]
        for queue in self.queues:
            threads += [Thread(target=self._guard, args=(queue.run, stop)) for _ in range(queue.concurrency)]
        threads.append(Thread(target=self._guard, args=(self._run_schedules, stop)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for source in self.streams:
            source.pump()

    def _guard(self, run: Any, stop: Event) -> None:
        """A source that breaks (the emulator went away, say) is taken up again."""
        while not stop.is_set():
            try:
                run(stop)
            except Exception:
                if stop.is_set():
                    return
                logger.exception("an event source broke")
                stop.wait(1)

    def _run_schedules(self, stop: Event) -> None:
        """A schedule that came due more than once while the clock leapt runs once."""
        while not stop.wait(TICK_SECONDS):
            for name, moment in self._due.items():
                if moment and clock.now() >= moment:
                    self._due[name] = self._due_after(name, clock.now())
                    self._run_guarded(name)

    def _run_guarded(self, name: str) -> None:
        try:
            self.run_schedule(name)
        except Exception:
            logger.exception("the schedule %s failed", name)

    def _due_after(self, name: str, moment: datetime) -> datetime | None:
        expression = self.schedules[name].schedule_expression
        text = expression.to_string() if isinstance(expression, ScheduleExpression) else expression
        return parse(text).next_after(moment)


def _scheduled_event(name: str) -> dict[str, Any]:
    region, account = settings.region(), settings.account_id()
    return {
        "version": "0",
        "id": ids.new(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:aws:events:{region}:{account}:rule/{name}"],
        "detail": {},
    }


def _kept(places: Path | None, name: str) -> Path | None:
    return places / f"{name}.json" if places else None


def _client(service: str) -> Any:
    return _made_client(service, settings.region(), settings.value("AWS_ENDPOINT_URL"))


@cache
def _made_client(service: str, region: str, url: str) -> Any:
    config = Config(retries={"mode": "standard", "total_max_attempts": 3}, max_pool_connections=50)
    return botocore.session.Session().create_client(
        service, region_name=region, endpoint_url=url or None, config=config
    )
