"""Says in JSON what `chalice deploy` would make of a project: functions, event sources, routes, roles and layer.

Run by path in a process of its own, TREE STAGE, since reading a project imports its app. It asks Chalice itself, so
that nothing here repeats its rules.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import create_build_stage
from chalice.deploy.swagger import TemplatedSwaggerGenerator
from chalice.utils import UI, OSUtils


def resources(tree: str, stage: str) -> list[Any]:
    config = CLIFactory(tree, environ=os.environ).create_config_obj(chalice_stage_name=stage)
    application = ApplicationGraphBuilder().build(config, stage)
    found = DependencyBuilder().build_dependencies(application)
    create_build_stage(OSUtils(), UI(), TemplatedSwaggerGenerator(), config).execute(config, found)
    return list(found)


def function(resource: models.LambdaFunction) -> dict[str, Any]:
    layers = ([MANAGED] if resource.managed_layer else []) + list(resource.layers)
    return {
        "name": resource.resource_name,
        "function_name": resource.function_name,
        "handler": resource.handler,
        "runtime": resource.runtime,
        "architecture": resource.architecture,
        "memory": resource.memory_size,
        "timeout": resource.timeout,
        "environment": resource.environment_variables,
        "layers": layers,
        "concurrency": resource.reserved_concurrency,
        "package": resource.deployment_package.filename,
        "role": getattr(resource.role, "resource_name", None),
    }


def role(resource: models.ManagedIAMRole) -> dict[str, Any]:
    return {"name": resource.resource_name, "role_name": resource.role_name, "policy": resource.policy.document}


def mapping(resource: Any) -> dict[str, Any]:
    is_queue = isinstance(resource, models.SQSEventSource)
    return {
        "name": resource.resource_name,
        "function": resource.lambda_function.resource_name,
        "source": str(resource.queue if is_queue else resource.stream_arn),
        "kind": "sqs" if is_queue else "dynamodb",
        "batch_size": resource.batch_size,
        "window": resource.maximum_batching_window_in_seconds,
        "concurrency": getattr(resource, "maximum_concurrency", None),
    }


def rule(resource: models.ScheduledEvent) -> dict[str, Any]:
    return {
        "name": resource.resource_name,
        "rule_name": resource.rule_name,
        "expression": resource.schedule_expression,
        "function": resource.lambda_function.resource_name,
    }


def api(resource: models.RestAPI) -> dict[str, Any]:
    swagger: Any = resource.swagger_doc
    return {
        "name": resource.resource_name,
        "stage": resource.api_gateway_stage,
        "title": swagger["info"]["title"],
        "routes": {path: sorted(method.upper() for method in methods) for path, methods in swagger["paths"].items()},
        "binary_types": swagger.get("x-amazon-apigateway-binary-media-types", []),
    }


def layer(resource: models.LambdaLayer) -> dict[str, Any]:
    package = resource.deployment_package.filename
    return {"name": resource.resource_name, "layer_name": resource.layer_name, "package": package}


def log_group(resource: models.LogGroup) -> dict[str, Any]:
    return {
        "name": resource.resource_name,
        "group_name": resource.log_group_name,
        "retention": resource.retention_in_days,
    }


MANAGED = "managed"
"""Stands for the version of the managed layer, which only deploying gives it."""

PARTS = {
    "functions": (models.LambdaFunction, function),
    "roles": (models.ManagedIAMRole, role),
    "mappings": ((models.SQSEventSource, models.DynamoDBEventSource), mapping),
    "rules": (models.ScheduledEvent, rule),
    "apis": (models.RestAPI, api),
    "layers": (models.LambdaLayer, layer),
    "log_groups": (models.LogGroup, log_group),
}


def declaration(tree: str, stage: str) -> dict[str, Any]:
    found = resources(tree, stage)
    said: dict[str, Any] = {
        part: [describe(each) for each in found if isinstance(each, kinds)]  # type: ignore[arg-type, operator]
        for part, (kinds, describe) in PARTS.items()
    }
    for each in (*said["functions"], *said["layers"]):
        each["digest"] = hashlib.sha256(Path(each["package"]).read_bytes()).hexdigest()
    return said


if __name__ == "__main__":
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(declaration(sys.argv[1], sys.argv[2]), answer)
