"""Makes the emulator what the template says, and says in which environment the platform then runs."""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.core import ids
from infra.local import template

ACCOUNT = "123456789012"
REGION = "eu-central-1"
STACK = "lyceum"
STREAM_LABEL = "2026-01-01T00:00:00.000"

UNKNOWN_TO_MOTO = {"AWS::SQS::QueuePolicy", "AWS::SNS::Subscription", "AWS::S3::BucketPolicy"}


class Provisioner:
    """Speaks to the emulator as a deployer speaks to AWS: through the SDK alone."""

    def __init__(self, url: str, *, stage: str = "dev", parameters: Mapping[str, str] | None = None) -> None:
        self._url, self._stage = url, stage
        chosen = {"DeletionProtection": "false", **(parameters or {})}
        self._resolved = template.Resolved(stage=stage, account=ACCOUNT, region=REGION, parameters=chosen)
        self._clients: dict[str, Any] = {}
        self._session = botocore.session.Session()
        self._session.set_credentials("emulated", "emulated")

    def provision(self, **given: str) -> dict[str, str]:
        """Create everything; the environment to run in. Secrets are fresh unless given (``stripe_key="…"``)."""
        self._create_stack()
        self.complete()
        self._keep_secrets(fresh_secrets() | {name.replace("_", "-"): value for name, value in given.items()})
        self.client("ses").verify_domain_identity(Domain="lyceum.example")
        return environment(self._url, stage=self._stage)

    def client(self, service: str) -> Any:
        """A client that never retries; one of each."""
        if service not in self._clients:
            self._clients[service] = self._make_client(service)
        return self._clients[service]

    def _make_client(self, service: str) -> Any:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return self._session.create_client(service, region_name=REGION, endpoint_url=self._url, config=config)

    def _create_stack(self) -> None:
        body = template.load()
        body["Resources"] = {
            name: resource for name, resource in body["Resources"].items() if resource["Type"] not in UNKNOWN_TO_MOTO
        }
        for resource in body["Resources"].values():
            resource.pop("DependsOn", None)
        self.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(body),
            Parameters=[
                {"ParameterKey": "Stage", "ParameterValue": self._stage},
                {"ParameterKey": "DeletionProtection", "ParameterValue": "false"},
            ],
        )

    def complete(self) -> None:
        """Do through the SDKs what moto's CloudFormation leaves out, each found by asking it after ``create_stack``.

        One thing stays undone: the bucket policies refuse what does not come over TLS, and moto heeds them, but on
        this machine there is only plain HTTP.
        """
        for table in self._resolved.properties_of("AWS::DynamoDB::Table"):
            self._complete_table(table)
        for policy in self._resolved.properties_of("AWS::SQS::QueuePolicy"):
            self._attach_queue_policy(policy)
        for subscription in self._resolved.properties_of("AWS::SNS::Subscription"):
            self._subscribe(subscription)
        for bucket in self._resolved.properties_of("AWS::S3::Bucket"):
            self._complete_bucket(bucket)

    def _complete_table(self, table: dict[str, Any]) -> None:
        """TimeToLiveSpecification and PointInTimeRecoverySpecification are ignored; "false" protects from deletion."""
        dynamodb, name = self.client("dynamodb"), table["TableName"]
        protected = table["DeletionProtectionEnabled"] == "true"
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=protected)
        if "TimeToLiveSpecification" in table:
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=table["TimeToLiveSpecification"])
        recovery = table["PointInTimeRecoverySpecification"]
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)

    def _attach_queue_policy(self, policy: dict[str, Any]) -> None:
        """AWS::SQS::QueuePolicy is not known."""
        sqs = self.client("sqs")
        for name in policy["Queues"]:
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy["PolicyDocument"])})

    def _subscribe(self, subscription: dict[str, Any]) -> None:
        """AWS::SNS::Subscription is not known."""
        attributes = {
            "RawMessageDelivery": str(subscription["RawMessageDelivery"]).lower(),
            "FilterPolicy": json.dumps(subscription["FilterPolicy"]),
        }
        self.client("sns").subscribe(
            TopicArn=subscription["TopicArn"],
            Protocol=subscription["Protocol"],
            Endpoint=subscription["Endpoint"],
            Attributes=attributes,
        )

    def _complete_bucket(self, bucket: dict[str, Any]) -> None:
        """Of a bucket's properties, only its name, encryption and tags are heeded."""
        s3, name = self.client("s3"), bucket["BucketName"]
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=bucket["PublicAccessBlockConfiguration"])
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=bucket["OwnershipControls"])
        if "CorsConfiguration" in bucket:
            s3.put_bucket_cors(Bucket=name, CORSConfiguration=_cors(bucket["CorsConfiguration"]))
        if "VersioningConfiguration" in bucket:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=bucket["VersioningConfiguration"])
        if "LifecycleConfiguration" in bucket:
            rules = [_lifecycle_rule(rule) for rule in bucket["LifecycleConfiguration"]["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        if "NotificationConfiguration" in bucket:
            wanted = [
                {"QueueArn": each["Queue"], "Events": [each["Event"]]}
                for each in bucket["NotificationConfiguration"]["QueueConfigurations"]
            ]
            s3.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={"QueueConfigurations": wanted}
            )

    def _keep_secrets(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self.client("ssm").put_parameter(
                Name=f"/lyceum/{self._stage}/{name}", Value=value, Type="SecureString", Overwrite=True
            )


def environment(url: str, *, stage: str = "dev") -> dict[str, str]:
    """What the functions' environment must hold to find all that is provisioned there, known before it is."""
    tables = template.Resolved(stage=stage, account=ACCOUNT, region=REGION).properties_of("AWS::DynamoDB::Table")
    streamed = [table["TableName"] for table in tables if "StreamSpecification" in table]
    streams = {f"STREAM_{name.removeprefix(f'lyceum-{stage}-').upper()}": _stream_arn(name) for name in streamed}
    return streams | {
        "STAGE": stage,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCOUNT_ID": ACCOUNT,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _stream_arn(table: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/{STREAM_LABEL}"


def fresh_secrets() -> dict[str, str]:
    """Every secret that the platform needs, made new."""
    return {
        "token-keys": json.dumps({"current": "k1", "keys": {"k1": ids.secret()}}),
        "cursor-key": ids.secret(),
        "pseudonym-key": ids.secret(),
        "stripe-key": f"sk_test_{ids.secret()}",
        "stripe-webhook-secret": f"whsec_{ids.secret()}",
    }


def _cors(configuration: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation says ExposedHeaders and MaxAge where the API says ExposeHeaders and MaxAgeSeconds."""
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    rules = [{names.get(key, key): value for key, value in rule.items()} for rule in configuration["CorsRules"]]
    return {"CORSRules": rules}


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation says Id and ExpirationInDays where the API says ID and Expiration."""
    named = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "ExpirationInDays" in rule:
        named["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if "AbortIncompleteMultipartUpload" in rule:
        named["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return named
