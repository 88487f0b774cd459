"""The one logger, and metrics in CloudWatch's embedded format. Lines hold ids, never names or addresses."""

import logging
from functools import cache
from typing import Any

from chalicelib.core import settings


@cache
def logger() -> Any:
    """Structured lines on standard output."""
    from aws_lambda_powertools.logging import Logger

    return Logger(service="lyceum", level=settings.value("LOG_LEVEL"))


def request(resource: str, status: int, milliseconds: float, request_id: str) -> None:
    """One line and one metric for a request, unless the level is above INFO."""
    if logging.getLevelName(settings.value("LOG_LEVEL")) > logging.INFO:
        return
    logger().info("request", resource=resource, status=status, ms=milliseconds, request_id=request_id)
    count("Requests", status=f"{status // 100}xx")


def count(metric: str, amount: int = 1, **dimensions: str) -> None:
    """One point of a metric, counted over its dimensions."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=metric, unit=MetricUnit.Count, value=amount, namespace="Lyceum") as point:
        for name, text in dimensions.items():
            point.add_dimension(name=name, value=text)
