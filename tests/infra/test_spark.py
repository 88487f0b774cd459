"""What can be said of training on Spark without Spark: whether Java is there, and what a stage's stack would be."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from infra.deploy import further
from infra.deploy.account import Account
from infra.deploy.tree import ROOT
from infra.local import template
from infra.spark import java
from infra.spark.scheduled import TEMPLATE
from tests.platform_fixture import Platform

IMAGE = {"Image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/lyceum-spark:1"}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("something else", None),
    ],
)
def test_java_says_which_it_is(said: str, number: int | None) -> None:
    assert java.version(said) == number


@pytest.mark.parametrize(("said", "enough"), [("17.0.15", True), ("11.0.2", False), ("24", False)])
def test_a_java_that_does_not_do_is_told_with_what_to_do(
    said: str, enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "bin" / "java"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n")
    command.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert (java.lacking() is None) == enough
    assert enough or "openjdk-17-jre-headless" in str(java.lacking())


def test_no_java_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "There is no Java here" in str(java.lacking())


def stacks(**told: Any) -> list[Any]:
    deployed = further.Deployed(Account("dev"), SimpleNamespace(), SimpleNamespace(further=told, environment={}), "api")
    return [stack for stack in further.stacks(deployed) if stack.name.endswith("-spark")]


def test_a_stage_has_the_stack_where_it_asks_for_it(platform: Platform) -> None:
    assert stacks() == []
    (stack,) = stacks(spark=IMAGE)
    assert (stack.name, stack.parameters) == ("lyceum-dev-spark", {"Stage": "dev", **IMAGE})
    role = json.dumps(json.loads(stack.template)["Resources"]["SparkRole"])
    assert "Delete" not in role and '"s3:*"' not in role


def test_the_schedule_asks_for_what_emr_serverless_takes() -> None:
    target = template.load(TEMPLATE)["Resources"]["SparkSchedule"]["Properties"]["Target"]
    asked = json.loads(re.sub(r"\$\{\w+\.Arn\}", "arn:aws:iam::123456789012:role/r", target["Input"]["Fn::Sub"]))
    operation = Session().get_service_model("emr-serverless").operation_model("StartJobRun")
    report = ParamValidator().validate(small(asked), operation.input_shape)
    assert not report.has_errors(), report.generate_report()


def small(value: Any) -> Any:
    """Names as the API has them: EventBridge Scheduler takes them with their first letter large."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: small(inner) for name, inner in value.items()}
    return value


def test_the_image_is_of_the_release_that_runs_it_and_holds_what_is_started() -> None:
    release = template.load(TEMPLATE)["Parameters"]["Release"]["Default"]
    image = (ROOT / "infra" / "spark" / "Dockerfile").read_text(encoding="utf-8")
    assert f"/{release}:" in image
    started = re.search(r"local:///lyceum/([\w/.]+)", TEMPLATE.read_text(encoding="utf-8"))
    assert started and (ROOT / started[1]).is_file()
