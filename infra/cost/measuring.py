"""Measures what each kind of request uses: itself, and what its jobs do afterwards."""

import io
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.core import logs
from infra.bench.stage import Stage
from infra.bench.use_cases import USE_CASES, Deed
from infra.local.emulator import Emulator
from infra.local.wire_meter import Calls

CROWD = 100
"""So that a page of a list is full."""

FOLLOWED = ("submit_review", "create_order", "webhook")
"""What starts jobs. What pays an order (``settle_order``) is a job of the webhook's, and counted there."""

RUNS = 5


@dataclass(frozen=True)
class Use:
    """Of one request: calls to DynamoDB, request units, the answer's bytes. ``rankings``: how often it
    has works ranked; ``jobs_…``: of the jobs that follow."""

    calls: int
    reads: float
    writes: float
    answer_bytes: int
    rankings: int = 0
    jobs: int = 0
    jobs_calls: int = 0
    jobs_reads: float = 0.0
    jobs_writes: float = 0.0
    messages: int = 0
    publishes: int = 0
    mails: int = 0
    object_writes: int = 0


def measure(app: Any, emulator: Emulator, say: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Each use by name, and what the schedules use in one run: the same in every run."""
    emulator.empty()
    stage = Stage(app, emulator, crowd=CROWD)
    with stage.trading():
        stage.published_works()
        stage.pump()
        uses = {name: asdict(_use(stage, name, say)) for name in USE_CASES if name != "settle_order"}
        stage.run_schedule("lake_compact")  # what those uses left in the lake: an idle hour has nothing there
        return {"uses": uses, "schedules": {name: _schedule(stage, name) for name in sorted(stage.schedules)}}


def time_requests(app: Any, emulator: Emulator, say: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds of this machine's processor and bytes of logs for each request: measured, and never the same."""
    emulator.empty()
    stage = Stage(app, emulator)
    with stage.trading():
        stage.published_works()
        return {name: _timed(stage, name, say) for name in USE_CASES if name != "settle_order"}


def _use(stage: Stage, name: str, say: Callable[[str], None]) -> Use:
    say(f"measuring {name}")
    deed = USE_CASES[name].prepare(stage)
    stage.pump()
    stage.emulator.mails.clear()
    calls = stage.measure(deed)
    ranked = calls.of("lambda").get("Invoke", 0)
    use = Use(calls.total("dynamodb"), calls.units.reads, calls.units.writes, stage.answered_bytes, ranked)
    return _followed(stage, use) if name in FOLLOWED else use


def _followed(stage: Stage, use: Use) -> Use:
    """What the jobs do until nothing moves. Each record is counted as an invocation: at worst they come alone."""
    delivered: list[int] = []
    calls: Calls = stage.measure(lambda: delivered.append(stage.pump()))
    return Use(
        use.calls,
        use.reads,
        use.writes,
        use.answer_bytes,
        use.rankings,
        jobs=sum(delivered),
        jobs_calls=calls.total("dynamodb"),
        jobs_reads=calls.units.reads,
        jobs_writes=calls.units.writes,
        messages=calls.of("sqs").get("DeleteMessage", 0),
        publishes=calls.of("sns").get("Publish", 0) + calls.of("sns").get("PublishBatch", 0),
        mails=len(stage.emulator.mails),
        object_writes=_object_writes(calls),
    )


def _schedule(stage: Stage, name: str) -> dict[str, float]:
    calls = stage.measure(lambda: stage.run_schedule(name))
    return {
        "calls": calls.total("dynamodb"),
        "reads": calls.units.reads,
        "writes": calls.units.writes,
        "queue_calls": sum(calls.of("sqs").values()),
        "object_reads": sum(calls.of("s3").get(operation, 0) for operation in ("GetObject", "HeadObject")),
        "object_writes": _object_writes(calls),
    }


def _object_writes(calls: Calls) -> int:
    """Lists cost as much. To delete costs nothing."""
    return sum(calls.of("s3").get(operation, 0) for operation in ("CopyObject", "ListObjectsV2", "PutObject"))


def _timed(stage: Stage, name: str, say: Callable[[str], None]) -> dict[str, float]:
    """The median of a few runs; the first, which imports and connects, is not counted."""
    say(f"timing {name}")
    taken = [_processor_ms(USE_CASES[name].prepare(stage)) for _ in range(RUNS + 1)][1:]
    return {
        "milliseconds": round(statistics.median(ms for ms, _ in taken), 2),
        "log_bytes": round(statistics.median(size for _, size in taken)),
    }


def _processor_ms(deed: Deed) -> tuple[float, int]:
    """Of the thread that answers: what the emulator does in others is not the platform's."""
    with lines_kept() as said:
        begun = time.thread_time()
        deed()
        return (time.thread_time() - begun) * 1000, len(said.getvalue().encode())


@contextmanager
def lines_kept() -> Iterator[io.StringIO]:
    """What the platform logs meanwhile, instead of standard output."""
    handler, said = logs.logger().registered_handler, io.StringIO()
    before = handler.setStream(said)
    try:
        yield said
    finally:
        handler.setStream(before)
