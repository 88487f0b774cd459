"""One page that tells at a glance whether money, content and readers flow. Three dashboards of at most 50 metrics are
free, each further one is $3 a month (https://aws.amazon.com/cloudwatch/pricing/)."""

import json
from collections.abc import Sequence
from typing import Any

from infra.operation import alarms, declared
from infra.operation.metrics import Metric, aws, ours

COLUMNS, WIDTH, HEIGHT = 3, 8, 6


def body() -> str:
    """The dashboard's JSON, an ``Fn::Sub`` text."""
    widgets = [_alarms(), *(_placed(number, *graph) for number, graph in enumerate(graphs()))]
    return json.dumps({"start": "-PT12H", "widgets": widgets})


def graphs() -> list[tuple[str, Sequence[Metric]]]:
    """Money, then readers, then content, then the machinery."""
    statuses = [ours("Requests", "Sum", status=status) for status in ("2xx", "3xx", "4xx", "5xx")]
    dead = [aws("SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=n) for n in declared.dead_letters()]
    waiting = [aws("SQS", "ApproximateAgeOfOldestMessage", "Maximum", QueueName=name) for name in declared.queues()]
    behind = [
        aws("Lambda", "IteratorAge", "Maximum", FunctionName=declared.function_name(name))
        for name in declared.stream_functions()
    ]
    return [
        ("Orders placed and paid", [ours("OrdersPlaced", "Sum"), ours("OrdersPaid", "Sum")]),
        ("Oldest waiting event and effect (s)", [ours("InboxAge", "Maximum"), ours("OutboxAge", "Maximum")]),
        ("For a person", [ours("Incidents", "Sum"), ours("RecordsFailed", "Sum")]),
        ("Requests by status", statuses),
        ("Latency (ms)", [ours("Latency", "p50"), ours("Latency", "p95")]),
        ("Functions", [aws("Lambda", name, "Sum") for name in ("Errors", "Throttles")]),
        (
            "Files taken in",
            [aws("Lambda", "Invocations", "Sum", FunctionName=declared.function_name("content_ingest"))],
        ),
        ("Facts", [aws("SNS", "NumberOfMessagesPublished", "Sum", TopicName="lyceum-${Stage}-facts")]),
        ("Late records (s)", [ours("RecordAge", "Maximum")]),
        ("Dead letters", dead),
        ("Oldest message by queue (s)", waiting),
        ("Stream behind (ms)", behind),
    ]


def _placed(number: int, title: str, metrics: Sequence[Metric]) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": 2 + row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "period": 300,
            "metrics": [metric.drawn() for metric in metrics],
        },
    }


def _alarms() -> dict[str, Any]:
    place = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:lyceum-${Stage}-"
    names = [place + alarm.name for alarm in alarms.default()]
    shown = {"title": "Alarms", "alarms": names}
    return {"type": "alarm", "x": 0, "y": 0, "width": COLUMNS * WIDTH, "height": 2, "properties": shown}
