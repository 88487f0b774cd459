"""The one logger, and metrics in CloudWatch's embedded format. Lines hold ids, never names or addresses."""

import logging
import sys
from functools import cache
from typing import Any

import msgspec

from chalicelib.core import clock, settings


@cache
def logger() -> Any:
    """Structured lines on standard output."""
    from aws_lambda_powertools.logging import Logger

    return Logger(
        service="lyceum",
        level=settings.value("LOG_LEVEL"),
        json_serializer=_written,
        json_deserializer=str,  # a message is text: to look for JSON in it costs as much as to write the line
    )


def request(resource: str, status: int, milliseconds: float, request_id: str) -> None:
    """One line and one metric for a request, unless the level is above INFO."""
    if _tells_requests():
        logger().info("request", resource=resource, status=status, ms=milliseconds, request_id=request_id)
        count("Requests", status=f"{status // 100}xx")


def count(metric: str, amount: int = 1, **dimensions: str) -> None:
    """One point of a metric, counted over its dimensions
    (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)."""
    named = {"Namespace": "Lyceum", "Dimensions": [list(dimensions)], "Metrics": [{"Name": metric, "Unit": "Count"}]}
    about = {"Timestamp": int(clock.timestamp() * 1000), "CloudWatchMetrics": [named]}
    sys.stdout.write(_written({"_aws": about, metric: amount, **dimensions}) + "\n")


@cache
def _tells_requests() -> bool:
    return logging.getLevelNamesMapping()[settings.value("LOG_LEVEL")] <= logging.INFO


def _written(line: dict[str, Any]) -> str:
    return msgspec.json.encode(line, enc_hook=str).decode()
