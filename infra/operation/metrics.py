"""The metrics that alarms and the dashboard may name: ours, and those that AWS publishes for nothing."""

from typing import Any, NamedTuple

from chalicelib.core import logs

PUBLISHED: dict[str, tuple[str, frozenset[str]]] = {
    "AWS/Lambda": (
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
        frozenset({"ConcurrentExecutions", "Duration", "Errors", "Invocations", "IteratorAge", "Throttles"}),
    ),
    "AWS/SQS": (
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
        frozenset({"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}),
    ),
    "AWS/SNS": (
        "https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html",
        frozenset({"NumberOfMessagesPublished"}),
    ),
    "AWS/DynamoDB": (
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html",
        frozenset({"ReadThrottleEvents", "SystemErrors", "WriteThrottleEvents"}),
    ),
}
"""By namespace: where AWS says so, and the names that we use."""


class Metric(NamedTuple):
    """One line of numbers. A dimension's value may hold ``${Stage}``."""

    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def described(self) -> dict[str, Any]:
        """As CloudFormation writes it."""
        dimensions = [{"Name": name, "Value": _text(value)} for name, value in self.dimensions]
        return {"Namespace": self.namespace, "MetricName": self.name} | (
            {"Dimensions": dimensions} if dimensions else {}
        )

    def drawn(self) -> list[Any]:
        """As a dashboard writes it."""
        flat = [text for dimension in self.dimensions for text in dimension]
        return [self.namespace, self.name, *flat, {"stat": self.statistic}]


def _text(value: str) -> Any:
    return {"Fn::Sub": value} if "${" in value else value


def ours(name: str, statistic: str, **dimensions: str) -> Metric:
    if name not in logs.METRICS:
        raise KeyError(f"{name} is no metric of ours: list it in core/logs.py")
    return Metric(logs.NAMESPACE, name, statistic, (("stage", "${Stage}"), *dimensions.items()))


def aws(service: str, name: str, statistic: str, **dimensions: str) -> Metric:
    """Without a dimension, Lambda's are over every function of the account in the region."""
    namespace = f"AWS/{service}"
    if name not in PUBLISHED[namespace][1]:
        raise KeyError(f"{namespace} {name} is not listed in infra/operation/metrics.py, with AWS's page for it")
    return Metric(namespace, name, statistic, tuple(dimensions.items()))
