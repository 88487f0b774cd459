"""What moto's handlers say when they are asked straight is what its whole application says."""

import pytest
from botocore.exceptions import ClientError

from chalicelib.core import settings
from infra.local import straight

KEY = {"work_id": {"S": "w"}, "row": {"S": "work"}}


def said(platform, service, operation, wanted):
    """The answer or the refusal, without what differs each time."""
    try:
        answer = getattr(platform.client(service), operation)(**wanted)
    except ClientError as error:
        answer = error.response
    told = answer.pop("ResponseMetadata")
    named = {name: told["HTTPHeaders"].get(name) for name in ("content-type", "x-amz-crc32", "x-amzn-errortype")}
    return told["HTTPStatusCode"], named, {name: value for name, value in answer.items() if name != "MessageId"}


def asked():
    table, queue = settings.table("works"), settings.queue_url("mail")
    return {
        "found": ("dynamodb", "get_item", {"TableName": table, "Key": KEY}),
        "no such table": ("dynamodb", "get_item", {"TableName": "none", "Key": KEY}),
        "malformed": ("dynamodb", "get_item", {"TableName": table, "Key": {"row": {"N": "1"}}}),
        "condition failed": (
            "dynamodb",
            "put_item",
            {"TableName": table, "Item": KEY, "ConditionExpression": "attribute_not_exists(work_id)"},
        ),
        "cancelled": (
            "dynamodb",
            "transact_write_items",
            {
                "TransactItems": [
                    {
                        "ConditionCheck": {
                            "TableName": table,
                            "Key": KEY,
                            "ConditionExpression": "attribute_not_exists(work_id)",
                        }
                    }
                ]
            },
        ),
        "a stream": ("dynamodbstreams", "describe_stream", {"StreamArn": settings.stream("works")}),
        "sent": ("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "a"}),
        "no such queue": ("sqs", "send_message", {"QueueUrl": f"{queue}-none", "MessageBody": "a"}),
    }


@pytest.mark.parametrize("what", asked())
def test_straight_and_by_way_of_the_application_the_answer_is_the_same(platform, monkeypatch, what):
    platform.client("dynamodb").put_item(TableName=settings.table("works"), Item=KEY | {"title": {"S": "潮汐"}})
    asked_straight = said(platform, *asked()[what])
    monkeypatch.setattr(straight, "_HANDLERS", {})
    assert said(platform, *asked()[what]) == asked_straight
