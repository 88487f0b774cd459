"""Where the tables, queues and buckets are not as infra/template.yaml says, whatever CloudFormation believes."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import Account
from infra.local import template

Properties = dict[str, Any]


def differences(account: Account, **parameters: str) -> Iterator[str]:
    """``parameters``: those of the template that say what there is."""
    told = {"stage": account.stage, "account": account.id, "region": account.region}
    resolved = template.Resolved(**told, parameters=parameters)
    checks = {
        "AWS::DynamoDB::Table": table_differences,
        "AWS::SQS::Queue": _queue,
        "AWS::S3::Bucket": _bucket,
        "AWS::SNS::Subscription": _subscription,
    }
    for kind, check in checks.items():
        for properties in resolved.properties_of(kind):
            try:
                yield from check(account, properties)
            except ClientError as error:
                yield f"{kind} {_name(properties)}: {error}"


def table_differences(account: Account, wanted: Properties) -> Iterator[str]:
    """Where a table is not as these properties say. Raises ClientError where there is none."""
    client, name = account.client("dynamodb"), wanted["TableName"]
    table = client.describe_table(TableName=name)["Table"]
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] != "ENABLED":
        yield f"table {name}: no point-in-time recovery"
    if "TimeToLiveSpecification" in wanted and expiry["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        yield f"table {name}: nothing expires"
    if table.get("StreamSpecification", {}).get("StreamViewType") != wanted.get("StreamSpecification", {}).get(
        "StreamViewType"
    ):
        yield f"table {name}: its stream is not as declared"
    indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    if indexes != {index["IndexName"] for index in wanted.get("GlobalSecondaryIndexes", [])}:
        yield f"table {name}: its indexes are not as declared"


def _queue(account: Account, wanted: Properties) -> Iterator[str]:
    client, name = account.client("sqs"), wanted["QueueName"]
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    if "RedrivePolicy" in wanted:
        redrive = json.loads(found.get("RedrivePolicy", "{}"))
        if redrive.get("deadLetterTargetArn") != wanted["RedrivePolicy"]["deadLetterTargetArn"]:
            yield f"queue {name}: what keeps failing is not parked"
    if int(found["VisibilityTimeout"]) != wanted.get("VisibilityTimeout", 30):
        yield f"queue {name}: messages stay hidden {found['VisibilityTimeout']} s"


def _bucket(account: Account, wanted: Properties) -> Iterator[str]:
    client, name = account.client("s3"), wanted["BucketName"]
    block = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    if not all(block.values()):
        yield f"bucket {name}: could be made public"
    keeps_versions = client.get_bucket_versioning(Bucket=name).get("Status") == "Enabled"
    if keeps_versions != ("VersioningConfiguration" in wanted):
        yield f"bucket {name}: keeps {'versions, also of what was erased' if keeps_versions else 'no versions'}"


def _subscription(account: Account, wanted: Properties) -> Iterator[str]:
    """Without its filter a queue gets every fact; without the subscription, none."""
    client, name = account.client("sns"), _name(wanted)
    pages = account.pages("sns", "list_subscriptions_by_topic", TopicArn=wanted["TopicArn"])
    found = [each for page in pages for each in page["Subscriptions"] if each["Endpoint"] == wanted["Endpoint"]]
    if len(found) != 1:
        yield f"subscription of {name}: there are {len(found)}, not one"
    for each in found:
        said = client.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
        if json.loads(said.get("FilterPolicy", "{}")) != wanted["FilterPolicy"]:
            yield f"subscription of {name}: its filter is not as declared"
        if said.get("RawMessageDelivery", "false") != str(wanted["RawMessageDelivery"]).lower():
            yield f"subscription of {name}: its messages are not delivered raw"


def _name(properties: Properties) -> str:
    names = ("TableName", "QueueName", "BucketName", "Endpoint")
    return str(next(properties[key] for key in names if key in properties)).rpartition(":")[2]
