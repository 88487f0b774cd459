"""Events in the words of each AWS service, made from what the emulated account really holds."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from email.message import Message
from typing import Any

from chalicelib.core.addresses import find_route, read_address
from infra.local.api_events import make_event
from infra.local.http_front import HttpRequest
from infra.local.provisioning import ACCOUNT, REGION


class NoSuchRoute(Exception):
    """The API has nothing at this address."""


def http(resources: Iterable[str], method: str, target: str, body: Any = None, **headers: str) -> dict[str, Any]:
    """A call of an API with these resources, as API Gateway passes it on. A header's underscores are hyphens.
    ``body`` is sent as JSON; bytes as they are."""
    lines = Message()
    for name, text in {"Host": "api.example", "Content-Type": "application/json", **headers}.items():
        lines[name.replace("_", "-")] = text
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = HttpRequest(method, target, lines, content, "192.0.2.1", ("api.example", 443), "https")
    address = read_address(target)
    route = find_route(resources, address)
    if route is None:
        raise NoSuchRoute(target)
    return make_event(request, address, route, binary_types=(), stage="api")


def from_queue(sqs: Any, queue: str) -> dict[str, Any]:
    """What Lambda's poller would hand over: up to ten messages that wait in the queue now."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    received = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
    )
    return {"Records": [_queue_record(queue, message) for message in received.get("Messages", [])]}


def from_stream(streams: Any, stream_arn: str) -> dict[str, Any]:
    """Every record of the stream so far, in order."""
    records = []
    for shard in streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records += streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return {"Records": [_stream_record(stream_arn, record) for record in records]}


def scheduled(rule: str, at: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    """EventBridge's, for a rule of this name."""
    return {
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def _queue_record(queue: str, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": attribute.get("StringValue"), "dataType": attribute["DataType"]}
            for name, attribute in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def _stream_record(stream_arn: str, record: dict[str, Any]) -> dict[str, Any]:
    return {**json.loads(json.dumps(record, default=_as_lambda_writes)), "eventSourceARN": stream_arn}


def _as_lambda_writes(value: Any) -> Any:
    """Times in whole seconds, bytes in base64."""
    return int(value.timestamp()) if isinstance(value, datetime) else base64.b64encode(value).decode()
