"""`python -m infra.policies`: writes what the functions may do in AWS, from the rules by which resources are named.

One policy for all functions of a stage. Journals and audit rows are only ever added, so nothing may change or delete
in their tables.
"""

import json
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).parent.parent / ".chalice" / "policies"
COMMITTED_STAGE = "dev"
APPEND_ONLY = ("audit",)

_READ = ["BatchGetItem", "ConditionCheckItem", "GetItem", "Query"]
_CHANGE = ["BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"]
_STREAM = ["DescribeStream", "GetRecords", "GetShardIterator"]


def document(stage: str) -> dict[str, Any]:
    """An IAM policy. No action is a star, and every resource is this stage's."""
    name = f"lyceum-{stage}-*"
    append_only = [f"arn:aws:dynamodb:*:*:table/lyceum-{stage}-{table}" for table in APPEND_ONLY]
    log_groups = f"arn:aws:logs:*:*:log-group:/aws/lambda/lyceum-{stage}*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("logs", ["CreateLogGroup", "CreateLogStream", "PutLogEvents"], log_groups),
            _allow("dynamodb", _READ + _CHANGE, f"arn:aws:dynamodb:*:*:table/{name}"),
            _deny("dynamodb", ["BatchWriteItem", "DeleteItem", "UpdateItem"], *append_only),
            _allow("dynamodb", _STREAM, f"arn:aws:dynamodb:*:*:table/{name}/stream/*"),
            _allow("dynamodb", ["ListStreams"], "*"),
            _allow("sqs", ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage", "SendMessage"], _sqs(name)),
            _allow("sns", ["Publish"], f"arn:aws:sns:*:*:{name}"),
            _allow("s3", ["DeleteObject", "GetObject", "PutObject", "AbortMultipartUpload"], f"arn:aws:s3:::{name}/*"),
            _allow("ssm", ["GetParameter"], f"arn:aws:ssm:*:*:parameter/lyceum/{stage}/*"),
            _allow("ses", ["SendEmail"], "arn:aws:ses:*:*:identity/*"),
        ],
    }


def _sqs(name: str) -> str:
    return f"arn:aws:sqs:*:*:{name}"


def _allow(service: str, actions: list[str], *resources: str) -> dict[str, Any]:
    return _statement("Allow", service, actions, resources)


def _deny(service: str, actions: list[str], *resources: str) -> dict[str, Any]:
    return _statement("Deny", service, actions, resources)


def _statement(effect: str, service: str, actions: list[str], resources: tuple[str, ...]) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Action": [f"{service}:{action}" for action in sorted(actions)],
        "Resource": list(resources),
    }


def written(stage: str) -> str:
    return json.dumps(document(stage), indent=2) + "\n"


if __name__ == "__main__":
    (POLICIES / f"{COMMITTED_STAGE}.json").write_text(written(COMMITTED_STAGE))
