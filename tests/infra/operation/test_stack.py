"""The stack of alarms, as an account takes it: CloudFormation, and CloudWatch's own API for what the emulated
CloudFormation leaves out."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import logs, settings
from infra.deploy.artefacts import Artefacts
from infra.deploy.progress import Progress
from infra.deploy.run import Run
from infra.deploy.stack import Stack
from infra.operation.stack import operation
from infra.operation.template import operation_template

TOPIC = "arn:aws:sns:eu-central-1:123456789012:lyceum-dev-alarms"


class Deployed:
    """As the deployer describes it, with what the stage's settings say."""

    def __init__(self, **told: str) -> None:
        self.told = told

    def stack(self, name: str, template: str, **parameters: str) -> Stack:
        return Stack(f"lyceum-watched-{name}", template, {"Stage": "watched", **parameters, **self.told})


@pytest.fixture
def run(platform):
    run = Run("watched", Progress(9))
    Artefacts(run.account).stand()
    yield run
    run.stacks.delete("lyceum-watched-operation", run.progress)


def test_the_stack_stands_and_a_second_look_finds_nothing_to_change(run):
    wanted = operation(Deployed(AlarmEmail="ops@example.com"))
    run.stacks.apply(wanted, run.progress)
    topics = run.account.client("sns").list_topics()["Topics"]
    assert [each for each in topics if each["TopicArn"].endswith(":lyceum-watched-alarms")]
    assert run.stacks.changes(wanted) == []


def test_cloudwatch_takes_every_alarm_and_the_dashboard(platform):
    cloudwatch = platform.client("cloudwatch")
    made = resolved(operation_template())
    for each in made["Resources"].values():
        if each["Type"] == "AWS::CloudWatch::Alarm":
            cloudwatch.put_metric_alarm(**each["Properties"])
    body = made["Resources"]["OverviewDashboard"]["Properties"]["DashboardBody"]
    assert cloudwatch.put_dashboard(DashboardName="lyceum-dev", DashboardBody=body)["DashboardValidationMessages"] == []
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="lyceum-dev-")
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    assert len(alarms) > 100
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {TOPIC}


def test_what_a_line_measures_is_what_its_alarm_watches(world, monkeypatch):
    """From a message put aside to the number over the threshold, as CloudWatch reads a line and an alarm's words."""
    written = io.StringIO()
    logs.logger()
    for handler in logging.getLogger("lyceum").handlers:
        monkeypatch.setattr(handler, "stream", written)
    world.platform.client("sqs").send_message(QueueUrl=settings.queue_url("mail-dlq"), MessageBody="{}")
    world.platform.run_schedule("outbox_sweep")
    cloudwatch = world.platform.client("cloudwatch")
    for line in map(json.loads, written.getvalue().splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            cloudwatch.put_metric_data(Namespace=directive["Namespace"], MetricData=list(points(line, directive)))
    alarm = resolved(operation_template())["Resources"]["DeadLettersAlarm"]["Properties"]
    asked = {name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions", "Period")}
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        **asked, Statistics=[alarm["Statistic"]], StartTime=now - timedelta(days=1), EndTime=now + timedelta(days=365)
    )["Datapoints"]
    assert [point[alarm["Statistic"]] > alarm["Threshold"] for point in found] == [True]


def points(line: dict[str, Any], directive: dict[str, Any]) -> Any:
    """What CloudWatch makes of a line, by its specification of the embedded metric format."""
    moment = datetime.fromtimestamp(line["_aws"]["Timestamp"] / 1000, UTC)
    for names in directive["Dimensions"]:
        dimensions = [{"Name": name, "Value": line[name]} for name in names]
        for metric in directive["Metrics"]:
            yield {
                "MetricName": metric["Name"],
                "Unit": metric["Unit"],
                "Value": line[metric["Name"]],
                "Dimensions": dimensions,
                "Timestamp": moment,
            }


def resolved(template: Any) -> Any:
    """The template with stage dev, its parameters' defaults, and the topic in place of what refers to it."""
    return _resolved(template, template["Parameters"])


def _resolved(node: Any, parameters: Any) -> Any:
    match node:
        case {"Ref": "AlarmTopic"}:
            return TOPIC
        case {"Ref": name}:
            return parameters.get(name, {}).get("Default", "x")
        case {"Fn::Sub": text}:
            for name, value in {"Stage": "dev", "AWS::Region": "eu-central-1", "AWS::AccountId": "1"}.items():
                text = text.replace(f"${{{name}}}", value)
            return text.replace("${AWS::Partition}", "aws")
        case dict():
            return {name: _resolved(each, parameters) for name, each in node.items()}
        case list():
            return [_resolved(each, parameters) for each in node]
    return node
