"""The alarms. Each names the page of docs/runbooks/ that says what to do.

CloudWatch sells alarms by the metrics that they watch: ten are free, each further one is $0.10 a month
(https://aws.amazon.com/cloudwatch/pricing/). So the default set watches nine: sums, and what our own code measures. The
detailed set says besides which function, queue or table it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.operation import declared
from infra.operation.metrics import Metric, aws, ours

NOTHING_WRONG, WRONG = "notBreaching", "breaching"
"""What it means that there is no number."""

OPERATIONS = ("BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem")
"""The operations that nearly all calls are made of: DynamoDB counts its own errors for each apart."""


@dataclass(frozen=True)
class Alarm:
    """Rings where the sum of ``metrics`` is over ``threshold`` in ``datapoints`` of ``periods`` times five minutes."""

    name: str
    runbook: str
    says: str
    metrics: tuple[Metric, ...]
    threshold: Any
    periods: int = 1
    datapoints: int = 1
    seconds: int = 300
    missing: str = NOTHING_WRONG

    def properties(self) -> dict[str, Any]:
        return {
            "AlarmName": {"Fn::Sub": f"lyceum-${{Stage}}-{self.name}"},
            "AlarmDescription": f"{self.says} See docs/runbooks/{self.runbook}.md.",
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": self.threshold,
            "EvaluationPeriods": self.periods,
            "DatapointsToAlarm": self.datapoints,
            "TreatMissingData": self.missing,
            "AlarmActions": [{"Ref": "AlarmTopic"}],
            "OKActions": [{"Ref": "AlarmTopic"}],
            **(self._watching_one() if len(self.metrics) == 1 else self._watching_a_sum()),
        }

    def _watching_one(self) -> dict[str, Any]:
        (metric,) = self.metrics
        if metric.statistic.startswith("p"):
            how = {"ExtendedStatistic": metric.statistic, "EvaluateLowSampleCountPercentile": "ignore"}
        else:
            how = {"Statistic": metric.statistic}
        return {**metric.described(), **how, "Period": self.seconds}

    def _watching_a_sum(self) -> dict[str, Any]:
        """A queue or table that was quiet for long has no numbers: they count as nothing."""
        parts = [
            {
                "Id": f"m{number}",
                "MetricStat": {"Metric": metric.described(), "Period": self.seconds, "Stat": metric.statistic},
                "ReturnData": False,
            }
            for number, metric in enumerate(self.metrics)
        ]
        return {"Metrics": [*parts, {"Id": "sum", "Expression": "SUM(FILL(METRICS(), 0))", "ReturnData": True}]}


def default() -> Iterator[Alarm]:
    """What every stage has."""
    yield Alarm(
        "dead-letters", "dead-letters", "Messages failed until they were put aside.",
        (ours("DeadLetters", "Maximum"),), 0,
    )  # fmt: skip
    yield Alarm(
        "inbox-age", "inbox-age", "An event of Stripe waits, or orders_sweep does not run.",
        (ours("InboxAge", "Maximum"),), 1800, periods=3, datapoints=3, missing=WRONG,
    )  # fmt: skip
    yield Alarm(
        "outbox-age", "outbox-age", "A mail or a refund waits, or outbox_sweep does not run.",
        (ours("OutboxAge", "Maximum"),), 1800, periods=3, datapoints=3, missing=WRONG,
    )  # fmt: skip
    yield Alarm("incidents", "incidents", "Something about money needs a person.", (ours("Incidents", "Sum"),), 0)
    yield Alarm(
        "api-errors", "api-errors", "The API answers 5xx.",
        (ours("Requests", "Sum", status="5xx"),), {"Ref": "ServerErrors"},
    )  # fmt: skip
    yield Alarm(
        "api-latency", "api-latency", "One request in twenty is slow.",
        (ours("Latency", "p95"),), {"Ref": "LatencyMilliseconds"}, periods=3, datapoints=3,
    )  # fmt: skip
    yield Alarm(
        "records-late", "records-late", "Messages or changes wait before they reach their job.",
        (ours("RecordAge", "Maximum"),), 900,
    )  # fmt: skip
    for metric, says in (
        ("Errors", "A function crashed or ran out of time."),
        ("Throttles", "Lambda turns calls away."),
    ):
        name = f"function-{metric.lower()}"
        yield Alarm(name, name, says, (aws("Lambda", metric, "Sum"),), 0, periods=3, datapoints=2)


def detailed() -> Iterator[Alarm]:
    """By setting: each function, queue and table by name."""
    for name, timeout in declared.timeouts().items():
        yield from _of_function(name, timeout)
    for name in declared.stream_functions():
        age = aws("Lambda", "IteratorAge", "Maximum", FunctionName=declared.function_name(name))
        yield Alarm(f"{name}-age", "records-late", f"The stream of {name} waits.", (age,), 900_000)
    for queue in declared.queues():
        name = _short(queue)
        age = aws("SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=queue)
        yield Alarm(f"{name}-queue-age", "records-late", f"The queue {name} waits.", (age,), 900)
    for queue in declared.dead_letters():
        name = _short(queue)
        lying = aws("SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=queue)
        yield Alarm(f"{name}-filled", "dead-letters", f"Messages lie in {name}.", (lying,), 0)
    for table in declared.tables():
        yield from _of_table(_short(table), table)
    busy = (aws("Lambda", "ConcurrentExecutions", "Maximum"),)
    says = "Most of the account's concurrency is in use."
    yield Alarm("function-concurrency", "function-throttles", says, busy, {"Ref": "Concurrency"}, 3, 2)


def _of_function(name: str, timeout: int) -> Iterator[Alarm]:
    about = {"FunctionName": declared.function_name(name)}
    for metric in ("Errors", "Throttles"):
        says = f"{name}: {metric.lower()}."
        part = aws("Lambda", metric, "Sum", **about)
        yield Alarm(f"{name}-{metric.lower()}", f"function-{metric.lower()}", says, (part,), 0, periods=3, datapoints=2)
    slow = aws("Lambda", "Duration", "Maximum", **about)
    says = f"{name} comes near its {timeout} s."
    yield Alarm(f"{name}-duration", "function-duration", says, (slow,), timeout * 800, periods=3, datapoints=2)


def _of_table(name: str, table: str) -> Iterator[Alarm]:
    turned_away = tuple(
        aws("DynamoDB", metric, "Sum", TableName=table) for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
    )
    says = f"The table {name} turns calls away."
    yield Alarm(f"{name}-table-throttles", "tables", says, turned_away, 0, periods=3, datapoints=2)
    broken = tuple(aws("DynamoDB", "SystemErrors", "Sum", TableName=table, Operation=each) for each in OPERATIONS)
    yield Alarm(f"{name}-table-errors", "tables", f"The table {name} fails.", broken, 0, periods=3, datapoints=2)


def _short(name: str) -> str:
    return name.removeprefix("lyceum-${Stage}-")
