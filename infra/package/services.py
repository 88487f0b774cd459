"""Which of AWS's services the code asks for, read from the code itself: what is not asked for does not ship."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_EXTRA_MODELS = {"get_paginator": "paginators-1", "get_waiter": "waiters-2"}


class NotLiteral(Exception):
    """A client is asked for by a name that only shows at run time, so nobody can say what must ship."""


class Asked(NamedTuple):
    """Services by botocore's names, and the kinds of data that their clients read."""

    services: frozenset[str]
    models: frozenset[str]


def asked_for(code: Path) -> Asked:
    """What every module under a folder asks of botocore. Raises NotLiteral."""
    services, models = {"dynamodb"}, {"service-2", "endpoint-rule-set-1"}  # pynamodb makes the client of DynamoDB
    for call in _calls(code):
        match call.func:
            case ast.Attribute(value=ast.Name(id="aws"), attr="client"):
                services.add(_literal(call))
            case ast.Attribute(attr="create_client") if isinstance(call.args[0], ast.Constant):
                services.add(_literal(call))
            case ast.Attribute(attr=method) if method in _EXTRA_MODELS:
                models.add(_EXTRA_MODELS[method])
    return Asked(frozenset(services), frozenset(models))


def _calls(code: Path) -> Iterator[ast.Call]:
    for path in sorted(code.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield node


def _literal(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(service))]:
            return service
    raise NotLiteral(ast.unparse(call))
