"""The emulator ends up as infra/template.yaml says, also where its CloudFormation ignores it."""

import json
import os
from urllib.parse import unquote_plus

import pytest

from chalicelib.core import settings
from infra.local import template
from infra.local.provisioning import ACCOUNT, REGION, environment

DECLARED = template.Resolved(stage="dev", account=ACCOUNT, region=REGION)


def declared(kind, name):
    return [pytest.param(properties, id=properties[name]) for properties in DECLARED.properties_of(kind)]


@pytest.mark.parametrize("table", declared("AWS::DynamoDB::Table", "TableName"))
def test_a_table_stands_as_declared(platform, table):
    dynamodb, name = platform.client("dynamodb"), table["TableName"]
    found = dynamodb.describe_table(TableName=name)["Table"]
    assert found["KeySchema"] == table["KeySchema"]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    wanted = {(index["IndexName"], str(index["KeySchema"])) for index in table.get("GlobalSecondaryIndexes", [])}
    assert {(index["IndexName"], str(index["KeySchema"])) for index in found["GlobalSecondaryIndexes"]} == wanted
    view = found.get("StreamSpecification", {}).get("StreamViewType")
    assert view == table.get("StreamSpecification", {}).get("StreamViewType")
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry.get("AttributeName") == table.get("TimeToLiveSpecification", {}).get("AttributeName")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize("queue", declared("AWS::SQS::Queue", "QueueName"))
def test_a_queue_stands_as_declared(platform, queue):
    sqs = platform.client("sqs")
    url = sqs.get_queue_url(QueueName=queue["QueueName"])["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found["MessageRetentionPeriod"] == "1209600"
    if queue["QueueName"].endswith("-dlq"):
        assert "RedrivePolicy" not in found
    else:
        assert json.loads(found["RedrivePolicy"]) == {
            "deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue['QueueName']}-dlq", "maxReceiveCount": 8,
        }  # fmt: skip
        assert (found["VisibilityTimeout"], found["ReceiveMessageWaitTimeSeconds"]) == ("360", "20")


@pytest.mark.parametrize("policy", DECLARED.properties_of("AWS::SQS::QueuePolicy"), ids=lambda policy: policy["Queues"])
def test_a_queue_takes_messages_from_its_one_source(platform, policy):
    sqs = platform.client("sqs")
    url = sqs.get_queue_url(QueueName=policy["Queues"][0])["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(found) == policy["PolicyDocument"]


def test_every_reader_of_facts_is_subscribed_raw_and_filtered(platform):
    sns = platform.client("sns")
    found = {}
    for subscription in sns.list_subscriptions()["Subscriptions"]:
        attributes = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
        found[attributes["Endpoint"]] = (attributes["RawMessageDelivery"], json.loads(attributes["FilterPolicy"]))
    declared = DECLARED.properties_of("AWS::SNS::Subscription")
    assert found == {each["Endpoint"]: ("true", each["FilterPolicy"]) for each in declared}
    assert found


@pytest.mark.parametrize("bucket", declared("AWS::S3::Bucket", "BucketName"))
def test_a_bucket_stands_as_declared(platform, bucket):
    s3, name = platform.client("s3"), bucket["BucketName"]
    blocked = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert blocked == bucket["PublicAccessBlockConfiguration"] and all(blocked.values())
    if "CorsConfiguration" in bucket:
        (rule,) = s3.get_bucket_cors(Bucket=name)["CORSRules"]
        assert rule["AllowedMethods"] == bucket["CorsConfiguration"]["CorsRules"][0]["AllowedMethods"]
    versioned = s3.get_bucket_versioning(Bucket=name).get("Status")
    assert versioned == bucket.get("VersioningConfiguration", {}).get("Status")


def test_an_upload_to_quarantine_wakes_ingestion(platform):
    key = "u 1/文章+a.md"
    platform.client("s3").put_object(Bucket=settings.bucket("quarantine"), Key=key, Body=b"x")
    (message,) = platform.client("sqs").receive_message(QueueUrl=settings.queue_url("ingestion"))["Messages"]
    (record,) = json.loads(message["Body"])["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == settings.bucket("quarantine")
    assert unquote_plus(record["s3"]["object"]["key"]) == key
    assert record["s3"]["object"]["key"].startswith("u+1")
    assert record["s3"]["object"]["size"] == 1


def test_quarantine_forgets(platform):
    rules = platform.client("s3").get_bucket_lifecycle_configuration(Bucket=settings.bucket("quarantine"))["Rules"]
    assert rules[0]["Expiration"] == {"Days": 7}
    assert rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}


def test_the_lake_forgets_days_and_keeps_no_versions(platform):
    s3, lake = platform.client("s3"), settings.bucket("lake")
    days, copies, halves = s3.get_bucket_lifecycle_configuration(Bucket=lake)["Rules"]
    assert (days["Filter"]["Prefix"], days["Expiration"]) == ("interactions/", {"Days": 400})
    assert (copies["Filter"]["Prefix"], copies["Expiration"]) == ("personalize/", {"Days": 7})
    assert halves["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert "Status" not in s3.get_bucket_versioning(Bucket=lake)


def test_the_environment_names_the_streams_that_came_to_be(platform):
    named = {name: value for name, value in environment(platform.emulator.url).items() if name.startswith("STREAM_")}
    listed = {stream["StreamArn"] for stream in platform.client("dynamodbstreams").list_streams()["Streams"]}
    assert set(named.values()) == listed
    assert named.items() <= os.environ.items()
    assert settings.stream("orders") == named["STREAM_ORDERS"]


def test_every_secret_is_there_and_encrypted(platform):
    ssm = platform.client("ssm")
    for name in ("token-keys", "cursor-key", "stripe-key", "stripe-webhook-secret"):
        found = ssm.get_parameter(Name=settings.parameter(name), WithDecryption=True)["Parameter"]
        assert found["Type"] == "SecureString"
        assert len(found["Value"]) >= 40
