"""The one logger, and metrics in the same lines, in CloudWatch's embedded format.

Lines hold ids, never names, addresses or texts, and of an exception only what our own code says in it. What a line is
about (the request that caused it, the function, the record) is set once, by the front door and by ``core.records``.
"""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType
from typing import Any

from chalicelib.core import clock, settings

METRIC = 60
"""A level above all others: metrics that alarms watch are written whatever LOG_LEVEL says."""

METRICS: dict[str, tuple[str, str]] = {
    "Requests": ("Count", "Answers of the API, by `status`: 2xx, 3xx, 4xx, 5xx."),
    "Latency": ("Milliseconds", "How long the API took to answer, start of the function apart."),
    "OrdersPlaced": ("Count", "Orders recorded, free ones too."),
    "OrdersPaid": ("Count", "Orders that became paid. A telling that comes twice counts twice."),
    "RecordsFailed": ("Count", "Messages and changes that a job could not manage. They come again."),
    "RecordAge": ("Seconds", "How long the oldest record of a batch had waited. Written from one minute on."),
    "InboxAge": ("Seconds", "How long the oldest event of Stripe has waited. 0: none is late."),
    "OutboxAge": ("Seconds", "How long the oldest outside effect has waited. 0: none is late."),
    "DeadLetters": ("Count", "Messages that failed until they were put aside, in all queues together."),
    "Incidents": ("Count", "What a person must look at; the line's `incident` says which kind."),
}
"""Every metric: its unit and what it counts. All are in one namespace, by `stage`. An hour in which nothing goes wrong
has nine of them (`Requests` is one for each status): AWS gives ten away, and sells each further one."""

NAMESPACE = "Lyceum"

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@cache
def logger() -> Any:
    """Structured lines on standard output."""
    from aws_lambda_powertools.logging import Logger

    from chalicelib.core.log_lines import LogLine

    formatter = LogLine(about, stage=settings.stage())
    return Logger(service="lyceum", level=settings.value("LOG_LEVEL"), logger_formatter=formatter)


def about() -> Mapping[str, str]:
    """What every line says now."""
    return _about.get()


def correlation_id() -> str:
    """The id of the request, or of the job, that caused what happens now; empty outside of both."""
    return _about.get().get("correlation_id", "")


class within:
    """Lines in this block say this too. What is None or empty stays as it was around it."""

    def __init__(self, **known: str | None) -> None:
        self._known = known

    def __enter__(self) -> None:
        self._token = _about.set(_knowing(self._known))

    def __exit__(self, *ended: object) -> None:
        _about.reset(self._token)


def learn(**known: str | None) -> None:
    """As ``within``, to the end of the block around: a failure there is told with what was learnt on the way."""
    _about.set(_knowing(known))


def _knowing(known: Mapping[str, str | None]) -> dict[str, str]:
    return {**_about.get(), **{name: text for name, text in known.items() if text}}


def request(resource: str, status: int, milliseconds: float) -> None:
    """One line for a request, which is its metrics too. An alarm watches 5xx: those are written at every level."""
    points = _metrics([("Requests", ["status"]), ("Latency", [])])
    measured = {"Requests": 1, "Latency": milliseconds, "status": f"{status // 100}xx"}
    level = METRIC if status >= 500 else logging.INFO
    logger().log(level, "request", extra={"resource": resource, "code": status, **measured, "_aws": points})


@cache
def tells_requests() -> bool:
    """Not where the level is above INFO."""
    return logging.getLevelNamesMapping()[settings.value("LOG_LEVEL")] <= logging.INFO


def count(metric: str, amount: int = 1) -> None:
    """One line that is a point of a metric."""
    measure(metric, amount)


def measure(metric: str, value: float, **about: Any) -> None:
    """One line that is a point of a metric. What is said about it is no dimension: it is there to be read."""
    logger().log(METRIC, "measured", extra={**about, **_point(metric, value)})


def failed(what: str, error: BaseException, **ids: str) -> None:
    """A record that comes again: its line says what failed where, and counts."""
    logger().exception(what, exc_info=error, **ids, **_point("RecordsFailed", 1))


def incident(what: str, amount: int = 1, **ids: Any) -> None:
    """A person must look at it. The runbook `incidents` says at what, by kind."""
    logger().error("incident", incident=what, **ids, **_point("Incidents", amount))


def _point(metric: str, value: float) -> dict[str, Any]:
    return {metric: value, "_aws": _metrics([(metric, [])])}


def _metrics(points: list[tuple[str, list[str]]]) -> dict[str, Any]:
    """docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""
    return {
        "Timestamp": int(clock.timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [["stage", *dimensions]],
                "Metrics": [{"Name": metric, "Unit": METRICS[metric][0]}],
            }
            for metric, dimensions in points
        ],
    }
