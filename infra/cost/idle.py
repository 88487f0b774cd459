"""What a stage costs while nobody uses it: what the templates declare, and what Lambda and the schedules do anyway.

Storage is apart (it is paid by the gigabyte, point-in-time copies too), and so is a domain's hosted zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalice.app import Chalice, ScheduledEventConfig, ScheduleExpression, SQSEventConfig

from chalicelib.core.logs import METRICS
from infra.cost.bill import PLATFORM_LOG_BYTES, ROUND_TRIP_MS, memory
from infra.cost.prices import prices
from infra.deploy.mappings import ONLY_WHERE
from infra.local import template
from infra.local.schedules import Rate, parse
from infra.operation.template import operation_template

FIXED = {
    "AWS::CloudWatch::CompositeAlarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::KMS::Key": "customer_key",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::WAFv2::WebACL": "web_acl",
    "AWS::Route53::HostedZone": "hosted_zone",
}
"""What costs by the month as soon as it is there."""

FREE = (
    "AWS::DynamoDB::Table",
    "AWS::SQS::",
    "AWS::SNS::",
    "AWS::S3::",
    "AWS::CloudFront::",
    "AWS::IAM::",
    "AWS::Lambda::",
    "AWS::Logs::",
    "AWS::SSM::Parameter",
    "AWS::KMS::Alias",
    "AWS::SES::",
    "AWS::Events::Rule",
    "AWS::ApiGateway::",
    "AWS::Batch::",
    "AWS::EMRServerless::Application",
    "AWS::Scheduler::Schedule",
    "AWS::CertificateManager::Certificate",
    "AWS::Budgets::Budget",
)
"""What costs nothing until it is used or filled."""

BY_SETTING = {"edge.yaml": "the edge stands", "firewall.yaml": "the firewall stands"}
"""Stacks that a stage has only where its settings ask for them, by file."""

UNLESS_SET = {"HasDashboard", "HasBudget"}
"""Conditions that hold by default."""

SAID = {"IsDetailed": "alarms are detailed"}
"""Conditions that hold by setting, in words."""

IDLE_METRICS = 3
"""What the schedules measure: InboxAge, OutboxAge and DeadLetters."""

ALL_METRICS = len(METRICS) + 3
"""Each once, but Requests for each of four statuses. One that is written in some hours alone is paid for those."""

POLLERS, POLLERS_UNDER_A_LIMIT = 2, 5
"""Long polls that Lambda holds open at an idle queue: it goes down to two, but not where a maximum concurrency is set
(docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html)."""

POLL_SECONDS, MONTH_SECONDS, DAY_SECONDS = 20, 730 * 3600, 86_400

SWEEP_MS = 50
"""Assumed: processor time of a schedule that finds nothing."""


class Unpriced(ValueError):
    """A resource of a kind that is in neither list: look its price up."""


@dataclass(frozen=True)
class Fixed:
    """So many of a priced thing, each month. ``setting``: the condition under which they are there at all."""

    price: str
    number: int
    setting: str | None


def templates() -> dict[str, dict[str, Any]]:
    """Every CloudFormation template of ours, by its file; that of operation is written from the code."""
    files = {path.name: template.load(path) for path in sorted(template.TEMPLATE.parent.glob("*.yaml"))}
    return files | {"operation": operation_template()}


def fixed(stacks: dict[str, dict[str, Any]]) -> list[Fixed]:
    """What the templates declare that costs by the month, and where it does only by setting.

    Raises Unpriced.
    """
    counted: dict[tuple[str, str | None], int] = {}
    for file, stack in stacks.items():
        whole = BY_SETTING.get(file)
        for resource in stack["Resources"].values():
            for price, number in _priced(resource):
                condition = resource.get("Condition")
                key = (price, whole if condition in UNLESS_SET else SAID.get(condition, condition) or whole)
                counted[key] = counted.get(key, 0) + number
    return [Fixed(price, number, setting) for (price, setting), number in sorted(counted.items(), key=str)]


def _priced(resource: dict[str, Any]) -> Iterator[tuple[str, int]]:
    kind = resource["Type"]
    if kind == "AWS::CloudWatch::Alarm":
        yield "alarm", max(1, len(resource["Properties"].get("Metrics", [])) - 1)
    elif kind in FIXED:
        yield FIXED[kind], 1
        if kind == "AWS::WAFv2::WebACL":
            yield "waf_rule", len(resource["Properties"].get("Rules", []))
    elif not kind.startswith(FREE):
        raise Unpriced(f"{kind} is in neither FIXED nor FREE of infra/cost/idle.py")


def polls(app: Chalice) -> dict[str, int]:
    """Empty ReceiveMessage requests a month, by queue that is read by default."""
    sources = [source for source in app.event_sources if isinstance(source, SQSEventConfig)]
    sources = [source for source in sources if source.name not in ONLY_WHERE]
    return {
        str(source.queue): MONTH_SECONDS // POLL_SECONDS
        * (POLLERS_UNDER_A_LIMIT if source.maximum_concurrency else POLLERS)
        for source in sources
    }  # fmt: skip


def runs(app: Chalice) -> dict[str, int]:
    """Invocations a month of each schedule; a cron's is taken for daily."""
    found = {}
    for source in app.event_sources:
        if isinstance(source, ScheduledEventConfig):
            said = source.schedule_expression
            schedule = parse(said.to_string() if isinstance(said, ScheduleExpression) else said)
            every = schedule.every.total_seconds() if isinstance(schedule, Rate) else DAY_SECONDS
            found[source.name] = int(MONTH_SECONDS // every)
    return found


def lines(app: Chalice, schedules: dict[str, Any], stacks: dict[str, dict[str, Any]]) -> dict[str, tuple[str, Decimal]]:
    """Each line of the idle bill of the default stage: how much of it, and dollars after what is always free."""
    polled, invoked = sum(polls(app).values()), runs(app)
    seconds = sum(
        (times * (schedules[name]["calls"] * ROUND_TRIP_MS + SWEEP_MS) / 1000 * memory(name) / 1024)
        for name, times in invoked.items()
    )
    times = sum(invoked.values())

    def by_schedules(what: str) -> Decimal:
        return sum((Decimal(str(schedules[name][what])) * runs for name, runs in invoked.items()), Decimal(0))

    declared = {each.price: each.number for each in fixed(stacks) if each.setting is None}
    used = {
        "sqs_request": polled + by_schedules("queue_calls"),
        "lambda_request": Decimal(times),
        "lambda_gb_second": Decimal(seconds),
        "dynamodb_read": by_schedules("reads"),
        "dynamodb_write": by_schedules("writes"),
        "object_read": by_schedules("object_reads"),
        "object_write": by_schedules("object_writes"),
        "log_gb": times * PLATFORM_LOG_BYTES / 10**9,
        "custom_metric": Decimal(IDLE_METRICS),
    } | {name: Decimal(number) for name, number in declared.items()}
    return {
        name: (f"{number:,.3f}".rstrip("0").rstrip("."), prices()[name].of(number)) for name, number in used.items()
    }


def total(bill: dict[str, tuple[str, Decimal]]) -> Decimal:
    return sum((usd for _, usd in bill.values()), Decimal(0))
