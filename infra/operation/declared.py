"""What there is to watch, read from the app, infra/template.yaml and Chalice's configuration: nothing is named twice.

Names are ``Fn::Sub`` texts with ``${Stage}`` in them, for one template serves every stage.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import DynamoDBEventConfig

from infra.local import template

CONFIGURATION = Path(__file__).parents[2] / ".chalice" / "config.json"
API = "api_handler"


def function_name(name: str) -> str:
    """As Chalice calls it: the API's function has the app's and the stage's name alone."""
    return "lyceum-${Stage}" if name == API else f"lyceum-${{Stage}}-{name}"


def timeouts() -> dict[str, int]:
    """Every function that Chalice would deploy, and after how many seconds Lambda ends it."""
    told = json.loads(CONFIGURATION.read_text(encoding="utf-8"))["lambda_functions"]
    names = [API, *sorted({source.name for source in (*_sources(), *_called())})]
    return {name: told.get(name, {}).get("lambda_timeout", 60) for name in names}


def stream_functions() -> list[str]:
    return sorted(source.name for source in _sources() if isinstance(source, DynamoDBEventConfig))


def queues() -> list[str]:
    return [name for name in _names("AWS::SQS::Queue", "QueueName") if not name.endswith("-dlq")]


def dead_letters() -> list[str]:
    """Every queue that nobody reads: what lies there waits for a person."""
    return [name for name in _names("AWS::SQS::Queue", "QueueName") if name.endswith("-dlq")]


def tables() -> list[str]:
    return _names("AWS::DynamoDB::Table", "TableName")


@cache
def _sources() -> list[Any]:
    from app import app

    return list(app.event_sources)


@cache
def _called() -> list[Any]:
    """The functions that others of ours call."""
    from app import app

    return list(app.pure_lambda_functions)


def _names(kind: str, key: str) -> list[str]:
    resources = template.load()["Resources"].values()
    return sorted(each["Properties"][key]["Fn::Sub"] for each in resources if each["Type"] == kind)
