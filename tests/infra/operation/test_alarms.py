"""Guardian: what can fail is watched, each alarm has its page, and each number that is watched is one that comes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib.core import logs
from infra.local import template
from infra.operation import alarms, dashboard, declared
from infra.operation.metrics import PUBLISHED, Metric
from infra.operation.template import operation_template

RUNBOOKS = Path("docs/runbooks")
DEFAULT, DETAILED = list(alarms.default()), list(alarms.detailed())


def watched(kind: str) -> set[str]:
    """The values of a dimension over all detailed alarms."""
    metrics = [metric for alarm in DETAILED for metric in alarm.metrics]
    return {value for metric in metrics for name, value in metric.dimensions if name == kind}


def names(kind: str, key: str) -> set[str]:
    resources = template.load()["Resources"].values()
    return {each["Properties"][key]["Fn::Sub"] for each in resources if each["Type"] == kind}


def test_every_queue_table_and_function_is_watched_by_name() -> None:
    assert watched("QueueName") == names("AWS::SQS::Queue", "QueueName")
    assert watched("TableName") == names("AWS::DynamoDB::Table", "TableName")
    jobs = (*app.event_sources, *app.pure_lambda_functions)
    functions = {f"lyceum-${{Stage}}-{job.name}" for job in jobs} | {"lyceum-${Stage}"}
    assert watched("FunctionName") == functions


def test_every_stream_function_is_watched_for_how_far_it_is_behind() -> None:
    ages = {alarm.metrics[0].dimensions[0][1] for alarm in DETAILED if alarm.metrics[0].name == "IteratorAge"}
    assert ages == {declared.function_name(name) for name in declared.stream_functions()}


def test_the_default_alarms_and_dashboards_are_within_what_aws_gives_away() -> None:
    assert sum(len(alarm.metrics) for alarm in DEFAULT) <= 10
    resources = operation_template()["Resources"].values()
    assert len([each for each in resources if each["Type"] == "AWS::CloudWatch::Dashboard"]) <= 3
    assert sum(len(metrics) for _, metrics in dashboard.graphs()) <= 50


def test_each_alarm_has_a_page_and_each_page_an_alarm() -> None:
    pages = {alarm.runbook for alarm in (*DEFAULT, *DETAILED)} | {"budget"}
    overview = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    procedures = set(re.findall(r"\((\w[\w-]*)\.md\)", overview.partition("## Procedures")[2]))
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == pages | procedures | {"README"}
    assert all(f"({page}.md)" in overview for page in pages)


def test_the_page_of_incidents_says_what_to_do_about_every_kind() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py"))
    kinds = set(re.findall(r'incident\("(\w+)"', code))
    page = (RUNBOOKS / "incidents.md").read_text(encoding="utf-8")
    assert kinds and all(f"`{kind}`" in page for kind in kinds)


def test_every_metric_of_ours_is_written_by_the_code_and_told_in_the_documentation() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py"))
    page = Path("docs/operation.md").read_text(encoding="utf-8")
    for name in logs.METRICS:
        assert f'"{name}"' in code.replace(f'    "{name}": (', ""), name
        assert f"| `{name}` |" in page, name
    assert told_in(page, "## Metrics") == set(logs.METRICS)
    assert told_in(page, "## Turning it on") == set(operation_template()["Parameters"]) - {"Stage"}


def told_in(page: str, section: str) -> set[str]:
    """What the section's table lists."""
    return set(re.findall(r"^\| `([A-Z]\w+)` \|", page.partition(section)[2].partition("\n## ")[0], re.M))


def test_each_metric_that_is_watched_or_drawn_is_ours_or_one_that_aws_publishes() -> None:
    drawn = [metric for _, metrics in dashboard.graphs() for metric in metrics]
    for metric in [*drawn, *(each for alarm in (*DEFAULT, *DETAILED) for each in alarm.metrics)]:
        known = logs.METRICS if metric.namespace == logs.NAMESPACE else PUBLISHED[metric.namespace][1]
        assert metric.name in known


def test_a_metric_that_nobody_writes_cannot_be_named() -> None:
    from infra.operation.metrics import aws, ours

    with pytest.raises(KeyError, match="no metric of ours"):
        ours("OrdersLost", "Sum")
    with pytest.raises(KeyError, match="AWS's page"):
        aws("SQS", "OrdersLost", "Sum")


def dimensions_of(metric: Metric) -> set[str]:
    return {name for name, _ in metric.dimensions}


def test_what_is_watched_of_ours_has_the_dimensions_that_the_lines_have() -> None:
    """A metric of other dimensions is another metric: an alarm on it would be silent for ever."""
    ours = [metric for alarm in DEFAULT for metric in alarm.metrics if metric.namespace == logs.NAMESPACE]
    ours += [metric for _, metrics in dashboard.graphs() for metric in metrics if metric.namespace == logs.NAMESPACE]
    for metric in ours:
        assert dimensions_of(metric) == ({"stage", "status"} if metric.name == "Requests" else {"stage"})


def sent(template_: dict[str, Any]) -> list[str]:
    return [name for name, each in template_["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"]


def test_every_alarm_tells_the_topic_when_it_rings_and_when_it_is_over() -> None:
    made = operation_template()
    for name in sent(made):
        properties = made["Resources"][name]["Properties"]
        assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "AlarmTopic"}]
        assert "docs/runbooks/" in properties["AlarmDescription"]
    assert len(json.dumps(made)) < 1_000_000  # CloudFormation's limit of a template in S3
    assert len(made["Resources"]) <= 500
