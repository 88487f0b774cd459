"""Events in the words of each AWS service, made from what the emulated account really holds."""

import base64
import json
from datetime import datetime
from typing import Any

from infra.local.provisioning import ACCOUNT, REGION


def http(method: str, path: str, *, resource: str = "", body: Any = None, **headers: str) -> dict[str, Any]:
    """API Gateway's proxy event (REST, payload 1.0). `resource` is the route, where it is not the path itself."""
    lines = {"Host": "rehearsal.example", "Content-Type": "application/json", **headers}
    return {
        "resource": resource or path,
        "path": path,
        "httpMethod": method,
        "headers": lines,
        "multiValueHeaders": {name: [line] for name, line in lines.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource or path,
            "httpMethod": method,
            "path": f"/api{path}",
            "protocol": "HTTP/1.1",
            "stage": "api",
            "requestId": "rehearsal",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "rehearsal"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


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
