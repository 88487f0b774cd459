"""Taking a stage away: what runs goes, what keeps data stays unless it is told to go too."""

from typing import Any

from botocore.exceptions import ClientError

from infra.deploy import logs
from infra.deploy.account import error_code
from infra.deploy.declared import Declared
from infra.deploy.found import Found
from infra.deploy.record import Record
from infra.deploy.releasing import DEPLOYED
from infra.deploy.run import Run
from infra.local import template

STEPS = 3
NOTHING = Declared([], [], [], [], [], [], [])


def undeploy(run: Run, data: bool = False) -> None:
    run.progress.step(f"lock: one deployment of {run.stage} at a time")
    run.artefacts.stand()
    with run.locked():
        run.progress.step("functions, API, rules, roles, mappings and logs")
        run.artefacts.forget(DEPLOYED)
        _remove_further(run)
        _remove_app(run)
        if data:
            run.progress.step("data: tables, buckets, queues, topic, secrets, layers and kept versions")
            _remove_layers(run)
            _remove_data(run)
        else:
            run.progress.step("data and kept versions stay: make undeploy DATA=delete removes them, too")


def _remove_further(run: Run) -> None:
    names = [
        stack["StackName"]
        for page in run.account.pages("cloudformation", "describe_stacks")
        for stack in page["Stacks"]
    ]
    for name in names:
        if name.startswith(f"{run.account.prefix}-"):
            run.stacks.delete(name, run.progress)
            run.progress.say(f"removed stack {name}")


def _remove_app(run: Run) -> None:
    found = Found(run.account)
    removal = Removal(run)
    for resource in sorted(Record(run.account, NOTHING, found).resources, key=removal.order):
        removal.remove(resource)
    for api in found.apis:
        removal.done(f"api {api['id']}", "apigateway", "delete_rest_api", restApiId=api["id"])
    for group in {*found.log_groups, logs.api_group(run.account)}:
        removal.done(f"logs {group}", "logs", "delete_log_group", logGroupName=group)


def _remove_layers(run: Run) -> None:
    """With the kept versions, and not before them, for these name them; where nobody uses them they cost nothing."""
    found, removal = Found(run.account), Removal(run)
    for page in run.account.pages("lambda", "list_layers"):
        for layer in page["Layers"]:
            if run.account.owns(layer["LayerName"]):
                for version in found.layer_versions(layer["LayerName"]):
                    about = {"LayerName": layer["LayerName"], "VersionNumber": version["Version"]}
                    removal.done(f"layer {version['LayerVersionArn']}", "lambda", "delete_layer_version", **about)


class Removal:
    """One thing of Chalice's record after another; what is gone already is as good as removed."""

    ORDER = ("sqs_event", "dynamodb_event", "cloudwatch_event", "rest_api", "lambda_function", "iam_role")

    def __init__(self, run: Run) -> None:
        self._run = run

    def order(self, resource: dict[str, Any]) -> int:
        return self.ORDER.index(resource["resource_type"])

    def remove(self, resource: dict[str, Any]) -> None:
        match resource:
            case {"resource_type": "sqs_event" | "dynamodb_event", "event_uuid": uuid}:
                self.done(f"mapping {uuid}", "lambda", "delete_event_source_mapping", UUID=uuid)
            case {"resource_type": "cloudwatch_event", "rule_name": rule}:
                targets = self._run.account.client("events").list_targets_by_rule(Rule=rule)["Targets"]
                if targets:
                    ids = [target["Id"] for target in targets]
                    self.done(f"targets of {rule}", "events", "remove_targets", Rule=rule, Ids=ids)
                self.done(f"rule {rule}", "events", "delete_rule", Name=rule)
            case {"resource_type": "lambda_function", "lambda_arn": arn}:
                name = arn.rpartition(":")[2]
                self.done(f"function {name}", "lambda", "delete_function", FunctionName=name)
            case {"resource_type": "iam_role", "role_name": role}:
                self.done(f"policy of {role}", "iam", "delete_role_policy", RoleName=role, PolicyName=role)
                self.done(f"role {role}", "iam", "delete_role", RoleName=role)

    def done(self, what: str, service: str, operation: str, **about: Any) -> None:
        try:
            getattr(self._run.account.client(service), operation)(**about)
        except ClientError as error:
            if error_code(error) not in ("ResourceNotFoundException", "NotFoundException", "NoSuchEntity"):
                raise
        self._run.progress.say(f"removed {what}")


def _remove_data(run: Run) -> None:
    """The stack keeps tables and buckets when it goes, so they are removed after it, by their declared names."""
    if run.stacks.status(run.account.prefix) is not None:
        run.stacks.apply(run.resources(run.told, DeletionProtection="false"), run.progress)
        run.stacks.delete(run.account.prefix, run.progress)
    resolved = template.Resolved(stage=run.stage, account=run.account.id, region=run.account.region)
    removal = Removal(run)
    for table in resolved.properties_of("AWS::DynamoDB::Table"):
        removal.done(f"table {table['TableName']}", "dynamodb", "delete_table", TableName=table["TableName"])
    for bucket in resolved.properties_of("AWS::S3::Bucket"):
        _remove_bucket(run, bucket["BucketName"])
    for page in run.account.pages("ssm", "describe_parameters", ParameterFilters=[_of_stage(run.stage)]):
        for parameter in page["Parameters"]:
            removal.done(f"secret {parameter['Name']}", "ssm", "delete_parameter", Name=parameter["Name"])
    _remove_bucket(run, run.artefacts.bucket)


def _remove_bucket(run: Run, bucket: str) -> None:
    """With every version of every object."""
    s3 = run.account.client("s3")
    try:
        for page in run.account.pages("s3", "list_object_versions", Bucket=bucket):
            versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            doomed = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            if doomed:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchBucket":
            raise
    run.progress.say(f"removed bucket {bucket}")


def _of_stage(stage: str) -> dict[str, Any]:
    return {"Key": "Path", "Option": "Recursive", "Values": [f"/lyceum/{stage}"]}
