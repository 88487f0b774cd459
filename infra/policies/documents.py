"""IAM policies, from the declaration: one a function, each action by name, each resource by its ARN."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.core import settings
from infra.policies.declaration import Rights, declared
from infra.policies.resources import ANY, Place, lambda_name, service_of

Statement = dict[str, Any]

_LOGS = ["CreateLogGroup", "CreateLogStream", "PutLogEvents"]
_QUEUE = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
_STREAM = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
_FAILURES = "queue failures-dlq"
_CHANGES = ["BatchWriteItem", "DeleteItem", "DeleteTable", "PartiQLDelete", "PartiQLUpdate", "UpdateItem"]


def document(function: str, stage: str, account: str = ANY, region: str = ANY, sender: str = "") -> dict[str, Any]:
    """The function's IAM policy. ``sender``: the identity that SES sends by, unless it is the settings'.

    Raises KeyError for a function that is not declared.
    """
    place = Place(stage, account, region, sender or settings.mail_identity())
    rights = declared().functions[function]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _logs(function, place),
            *_events(rights.invoked_by, place),
            *_grants(rights, place),
            _never(place),
        ],
    }


def write_all(folder: Path, stage: str, account: str = ANY, region: str = ANY, sender: str = "") -> None:
    """``<folder>/<function>.json`` for every function, where ``iam_policy_file`` looks; other files there go."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.json"):
        stale.unlink()
    for function in declared().functions:
        (folder / f"{function}.json").write_text(written(function, stage, account, region, sender), encoding="utf-8")


def written(function: str, stage: str, account: str = ANY, region: str = ANY, sender: str = "") -> str:
    return json.dumps(document(function, stage, account, region, sender), indent=2) + "\n"


def _logs(function: str, place: Place) -> Statement:
    """Its own log group and the streams in it. Retention is the group's; one that was deleted comes back."""
    group = place.arn(f"logs {lambda_name(function, place.stage)}")
    return _statement("Allow", "logs", _LOGS, [group, f"{group}:*"])


def _events(invoked_by: str, place: Place) -> Iterator[Statement]:
    """What Lambda does in the function's name: it polls the source, and puts aside what kept failing."""
    kind = invoked_by.partition(" ")[0]
    if kind == "queue":
        yield _statement("Allow", "sqs", _QUEUE, [place.arn(invoked_by)])
    if kind == "stream":
        yield _statement("Allow", "dynamodb", _STREAM, [place.arn(invoked_by)])
    if kind in ("stream", "schedule"):
        yield _statement("Allow", "sqs", ["SendMessage"], [place.arn(_FAILURES)])


def _grants(rights: Rights, place: Place) -> Iterator[Statement]:
    """A statement for all resources with the same actions: a role's policies may have 10,240 characters in all."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in rights.grants.items():
        named = tuple(f"{service_of(resource)}:{action}" for action in sorted(actions))
        alike.setdefault(named, []).append(place.arn(resource))
    for named, arns in alike.items():
        yield {"Effect": "Allow", "Action": list(named), "Resource": sorted(arns)}


def _never(place: Place) -> Statement:
    """Stands even where a later grant says otherwise: what is denied cannot be allowed."""
    tables = [place.arn(f"table {table}") for table in declared().append_only]
    return _statement("Deny", "dynamodb", _CHANGES, tables)


def _statement(effect: str, service: str, actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": effect, "Action": [f"{service}:{action}" for action in actions], "Resource": resources}
