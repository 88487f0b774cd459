"""A stage trains every day where its settings say where."""

import json
from types import SimpleNamespace
from typing import Any

from infra.deploy import further
from infra.deploy.account import Account
from tests.platform_fixture import Platform

TOLD = {"Image": "registry.example/trainer:1", "Subnets": "subnet-1", "SecurityGroups": "sg-1"}


def trainers(**told: Any) -> list[Any]:
    deployed = further.Deployed(Account("dev"), SimpleNamespace(), SimpleNamespace(further=told, environment={}), "api")
    return [stack for stack in further.stacks(deployed) if stack.name.endswith("-trainer")]


def test_a_stage_that_says_nothing_has_none(platform: Platform) -> None:
    assert trainers() == []


def test_a_stage_that_says_where_has_one_that_may_write_models_and_delete_nothing(platform: Platform) -> None:
    (stack,) = trainers(trainer=TOLD)
    assert stack.name == "lyceum-dev-trainer"
    assert stack.parameters == {"Stage": "dev", **TOLD}
    assert "Delete" not in json.dumps(json.loads(stack.template)["Resources"]["TrainerRole"])
