"""Which rights a request needs at AWS: the actions that IAM is asked about, each with the resource's ARN.

An action is not always the operation's name. The sources:
DynamoDB transactions: docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
S3: docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
everything else: docs.aws.amazon.com/service-authorization/latest/reference/
"""

import json
import re
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.http_front import HttpRequest
from infra.local.provisioning import ACCOUNT, REGION
from infra.local.wire_meter import Call


class Right(NamedTuple):
    action: str
    arn: str


_IN_TRANSACTION = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_OF_OBJECT = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObject": "DeleteObject",
    "GetObject": "GetObject",
    "GetObjectTagging": "GetObjectTagging",
    "HeadObject": "GetObject",
    "ListParts": "ListMultipartUploadParts",
    "PutObject": "PutObject",
    "PutObjectTagging": "PutObjectTagging",
    "UploadPart": "PutObject",
}
_OF_BUCKET = {
    "HeadBucket": "ListBucket",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
}


def needed(call: Call, request: HttpRequest) -> list[Right]:
    """All of them must be held. What is not known here is asked for under its own name, on everything."""
    ask = _ASKED.get(call.service)
    return list(ask(call.operation, request)) if ask else [Right(f"{call.service}:{call.operation}", "*")]


def needed_to_see_nothing(call: Call, request: HttpRequest) -> Right | None:
    """Where S3 has no such object, it says so only to those who may list the bucket; to others the address is
    forbidden (docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html)."""
    if call.service != "s3" or call.operation not in ("GetObject", "HeadObject"):
        return None
    bucket = unquote(urlsplit(request.target).path).lstrip("/").partition("/")[0]
    return Right("s3:ListBucket", f"arn:aws:s3:::{bucket}")


def _dynamodb(operation: str, request: HttpRequest) -> Iterator[Right]:
    body = _json(request)
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in body["TransactItems"]:
            for kind, part in item.items():
                yield _on_table(_IN_TRANSACTION[kind], part["TableName"])
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in body["RequestItems"]:
            yield _on_table(operation, table)
    elif index := body.get("IndexName"):
        yield _on_table(operation, f"{body['TableName']}/index/{index}")
    else:
        yield _on_table(operation, body.get("TableName", "*"))


def _on_table(action: str, place: str) -> Right:
    return Right(f"dynamodb:{action}", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{place}")


def _streams(operation: str, request: HttpRequest) -> Iterator[Right]:
    """Of a shard iterator nobody but the service can tell the stream: whoever has one was let in."""
    body = _json(request)
    if "ShardIterator" not in body:
        yield Right(f"dynamodb:{operation}", body.get("StreamArn", "*"))


def _sqs(operation: str, request: HttpRequest) -> Iterator[Right]:
    queue = str(_json(request).get("QueueUrl", "*")).rpartition("/")[2]
    yield Right(f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")


def _lambda(operation: str, request: HttpRequest) -> Iterator[Right]:
    """Invoke needs a right of another name (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)."""
    if operation != "Invoke":
        yield Right(f"lambda:{operation}", "*")
        return
    name = unquote(urlsplit(request.target).path).split("/")[3].rpartition(":")[2]
    yield Right("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")


def _sns(operation: str, request: HttpRequest) -> Iterator[Right]:
    asked = parse_qs(request.body.decode())
    yield Right(f"sns:{operation.removesuffix('Batch')}", asked.get("TopicArn", ["*"])[0])


def _ssm(operation: str, request: HttpRequest) -> Iterator[Right]:
    """No ``kms:Decrypt``: the key aws/ssm, which SecureStrings have unless told otherwise, lets everyone of the account
    decrypt through SSM (docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html)."""
    body = _json(request)
    for name in body.get("Names") or [body.get("Name", "/*")]:
        yield Right(f"ssm:{operation}", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name.lstrip('/')}")


def _personalize(operation: str, request: HttpRequest) -> Iterator[Right]:
    """An event names its tracker by another id than the tracker's ARN does: which is known to the service alone."""
    body = _json(request)
    tracker = f"arn:aws:personalize:{REGION}:{ACCOUNT}:event-tracker/{body.get('trackingId')}"
    asked = body.get("campaignArn") or body.get("datasetArn") or (tracker if operation == "PutEvents" else "*")
    yield Right(f"personalize:{operation}", asked)


def _ses(operation: str, request: HttpRequest) -> Iterator[Right]:
    """The sender's domain is the identity that is verified here."""
    domain = parseaddr(str(_json(request).get("FromEmailAddress", "")))[1].rpartition("@")[2]
    yield Right(f"ses:{operation}", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain or '*'}")


def _s3(operation: str, request: HttpRequest) -> Iterator[Right]:
    path = unquote(urlsplit(request.target).path).lstrip("/")
    if operation in _OF_BUCKET:
        yield Right(f"s3:{_OF_BUCKET[operation]}", f"arn:aws:s3:::{path.rstrip('/')}")
    elif operation == "DeleteObjects":
        for key in re.findall(r"<Key>(.*?)</Key>", request.body.decode()):
            yield Right("s3:DeleteObject", f"arn:aws:s3:::{path.rstrip('/')}/{key}")
    else:
        yield Right(f"s3:{_OF_OBJECT.get(operation, operation)}", f"arn:aws:s3:::{path}")
    if source := request.headers.get("x-amz-copy-source"):
        yield Right("s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/').partition('?')[0]}")
    if "x-amz-tagging" in request.headers:
        yield Right("s3:PutObjectTagging", f"arn:aws:s3:::{path}")


def _json(request: HttpRequest) -> dict[str, Any]:
    body = json.loads(request.body or b"{}")
    return body if isinstance(body, dict) else {}


_ASKED: dict[str, Callable[[str, HttpRequest], Iterator[Right]]] = {
    "dynamodb": _dynamodb,
    "dynamodbstreams": _streams,
    "lambda": _lambda,
    "personalize": _personalize,
    "s3": _s3,
    "ses": _ses,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
}
