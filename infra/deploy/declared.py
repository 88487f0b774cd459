"""What a project declares, as Chalice reads it."""

import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from infra.deploy.errors import Stopped

DECLARATION = Path(__file__).parent / "declaration.py"
MANAGED = "managed"


class Function(msgspec.Struct, frozen=True):
    name: str
    function_name: str
    handler: str
    runtime: str
    architecture: str
    memory: int
    timeout: int
    environment: dict[str, str]
    layers: list[str]
    """ARNs in order; `managed` stands for the managed layer's version."""
    concurrency: int | None
    role: str | None
    digest: str
    """SHA-256 of the zip, in hexadecimal."""


class Role(msgspec.Struct, frozen=True):
    name: str
    role_name: str
    policy: dict[str, Any]


class Mapping(msgspec.Struct, frozen=True):
    name: str
    function: str
    source: str
    """A queue's name or a stream's ARN."""
    kind: str
    batch_size: int
    window: int
    concurrency: int | None

    def reads(self, arn: str) -> bool:
        return arn == self.source if self.kind == "dynamodb" else arn.rpartition(":")[2] == self.source


class Rule(msgspec.Struct, frozen=True):
    name: str
    rule_name: str
    expression: str
    function: str


class Api(msgspec.Struct, frozen=True):
    name: str
    stage: str
    title: str
    routes: dict[str, list[str]]
    binary_types: list[str]


class Layer(msgspec.Struct, frozen=True):
    name: str
    layer_name: str
    digest: str


class LogGroup(msgspec.Struct, frozen=True):
    name: str
    group_name: str
    retention: int


class Declared(msgspec.Struct, frozen=True, dict=True):
    functions: list[Function]
    roles: list[Role]
    mappings: list[Mapping]
    rules: list[Rule]
    apis: list[Api]
    layers: list[Layer]
    log_groups: list[LogGroup]

    @cached_property
    def function_names(self) -> dict[str, str]:
        """Chalice's name for a function to the name that it has at Lambda."""
        return {function.name: function.function_name for function in self.functions}

    @property
    def api(self) -> Api:
        (api,) = self.apis
        return api

    def retention(self) -> int | None:
        return self.log_groups[0].retention if self.log_groups else None


def read_declared(tree: Path, stage: str) -> Declared:
    """Imports the project in a process of its own; its configuration says all that it needs to know of the account."""
    command = [sys.executable, "-P", str(DECLARATION), str(tree.resolve()), stage]
    surroundings = {**os.environ, "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "eu-central-1")}
    done = subprocess.run(command, capture_output=True, cwd=tree, env=surroundings)
    if done.returncode:
        raise Stopped(f"The app in {tree} cannot be read:\n{done.stderr.decode()[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Declared)
