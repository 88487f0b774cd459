"""Each call needs the rights that AWS asks for, which are not always called as the call is."""

import json
from email.message import Message

import pytest

from infra.local.http_front import HttpRequest
from infra.local.needed_rights import Right, needed, needed_to_see_nothing
from infra.local.wire_meter import Call

TABLES = "arn:aws:dynamodb:eu-central-1:123456789012:table"


def rights(name, body=None, target="/", **headers):
    lines = Message()
    for header, text in headers.items():
        lines[header.replace("_", "-")] = text
    content = body.encode() if isinstance(body, str) else json.dumps(body or {}).encode()
    request = HttpRequest("POST", target, lines, content, "127.0.0.1", ("127.0.0.1", 80))
    return needed(Call(*name.split(".")), request)


def test_a_transaction_asks_for_the_rights_of_its_parts():
    parts = [{kind: {"TableName": kind.lower()}} for kind in ("Put", "Update", "Delete", "ConditionCheck")]
    assert rights("dynamodb.TransactWriteItems", {"TransactItems": parts}) == [
        Right("dynamodb:PutItem", f"{TABLES}/put"),
        Right("dynamodb:UpdateItem", f"{TABLES}/update"),
        Right("dynamodb:DeleteItem", f"{TABLES}/delete"),
        Right("dynamodb:ConditionCheckItem", f"{TABLES}/conditioncheck"),
    ]


def test_a_batch_asks_on_each_of_its_tables():
    assert rights("dynamodb.BatchGetItem", {"RequestItems": {"a": {}, "b": {}}}) == [
        Right("dynamodb:BatchGetItem", f"{TABLES}/a"),
        Right("dynamodb:BatchGetItem", f"{TABLES}/b"),
    ]


def test_a_query_of_an_index_asks_on_the_index():
    asked = {"TableName": "works", "IndexName": "by_shelf"}
    assert rights("dynamodb.Query", asked) == [Right("dynamodb:Query", f"{TABLES}/works/index/by_shelf")]
    assert rights("dynamodb.GetItem", {"TableName": "works"}) == [Right("dynamodb:GetItem", f"{TABLES}/works")]


def test_a_copy_asks_to_read_the_source_and_to_write_the_target():
    assert rights("s3.CopyObject", target="/content/works/a%20b", x_amz_copy_source="/quarantine/k%2Bey") == [
        Right("s3:PutObject", "arn:aws:s3:::content/works/a b"),
        Right("s3:GetObject", "arn:aws:s3:::quarantine/k+ey"),
    ]


@pytest.mark.parametrize("operation", ["PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_every_way_to_write_an_object_is_putting_it(operation):
    assert rights(f"s3.{operation}", target="/b/k?partNumber=1") == [Right("s3:PutObject", "arn:aws:s3:::b/k")]


def test_tags_ask_for_a_right_of_their_own():
    asked = rights("s3.PutObject", target="/b/k", x_amz_tagging="a=b")
    assert Right("s3:PutObjectTagging", "arn:aws:s3:::b/k") in asked


def test_a_listing_asks_on_the_bucket_and_a_mass_deletion_on_each_object():
    assert rights("s3.ListObjectsV2", target="/b?list-type=2") == [Right("s3:ListBucket", "arn:aws:s3:::b")]
    keys = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"
    assert rights("s3.DeleteObjects", keys, "/b?delete") == [
        Right("s3:DeleteObject", "arn:aws:s3:::b/a"),
        Right("s3:DeleteObject", "arn:aws:s3:::b/b"),
    ]


def test_only_reading_an_object_can_meet_nothing():
    request = HttpRequest("HEAD", "/b/k", Message(), b"", "127.0.0.1", ("127.0.0.1", 80))
    assert needed_to_see_nothing(Call("s3", "HeadObject"), request) == Right("s3:ListBucket", "arn:aws:s3:::b")
    assert needed_to_see_nothing(Call("s3", "PutObject"), request) is None


def test_batches_of_messages_and_facts_ask_as_single_ones_do():
    url = {"QueueUrl": "http://127.0.0.1/123456789012/lyceum-dev-mail"}
    queue = "arn:aws:sqs:eu-central-1:123456789012:lyceum-dev-mail"
    assert rights("sqs.SendMessageBatch", url) == rights("sqs.SendMessage", url) == [Right("sqs:SendMessage", queue)]
    assert rights("sns.PublishBatch", "Action=PublishBatch&TopicArn=arn%3Atopic") == [Right("sns:Publish", "arn:topic")]


def test_a_parameter_and_a_sender_are_named_and_what_is_unknown_is_asked_on_everything():
    parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/lyceum/dev/cursor-key"
    assert rights("ssm.GetParameter", {"Name": "/lyceum/dev/cursor-key"}) == [Right("ssm:GetParameter", parameter)]
    sender = "arn:aws:ses:eu-central-1:123456789012:identity/lyceum.example"
    mail = {"FromEmailAddress": "Lyceum <no-reply@lyceum.example>"}
    assert rights("ses.SendEmail", mail) == [Right("ses:SendEmail", sender)]
    assert rights("lambda.GET /functions") == [Right("lambda:GET /functions", "*")]
