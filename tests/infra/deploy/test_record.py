"""What killed runs left is adopted once, and removed where it is there twice; what is not Chalice's is left alone."""

import io
import json
import zipfile
from typing import Any

import pytest

from infra.deploy.account import Account
from infra.deploy.declared import Api, Declared, Function, Mapping, Role, Rule
from infra.deploy.found import Found
from infra.deploy.record import Record

STAGE = "recorded"
NAME = f"lyceum-{STAGE}-mail_send"
TAGS = {"aws-chalice": f"version=1:stage={STAGE}:app=lyceum"}
TRUST = json.dumps({"Statement": [{"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
ALLOWED = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})


def declared() -> Declared:
    function = Function("mail_send", NAME, "a.b", "python3.11", "x86_64", 512, 30, {}, [], None, "mail_send_role", "")
    return Declared(
        functions=[function],
        roles=[Role("mail_send_role", NAME, {})],
        mappings=[Mapping("mail_send-sqs-event-source", "mail_send", f"lyceum-{STAGE}-mail", "sqs", 10, 0, None)],
        rules=[Rule("outbox_sweep-event", f"lyceum-{STAGE}-outbox_sweep-event", "rate(1 minute)", "mail_send")],
        apis=[Api("rest_api", "api", "lyceum", {}, [])],
        layers=[],
        log_groups=[],
    )


class Leftovers:
    """Things in the account, made as a deployment would make them; and removed again."""

    def __init__(self, platform: Any) -> None:
        self.client = platform.client
        self.queue = self.client("sqs").create_queue(QueueName=f"lyceum-{STAGE}-mail")["QueueUrl"]

    def role(self, name: str, policy: str | None = None) -> str:
        role = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.client("iam").put_role_policy(RoleName=name, PolicyName=policy or name, PolicyDocument=POLICY)
        return str(role)

    def function(self, name: str, tags: dict[str, str] = TAGS) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("a.py", "")
        role = self.role(name)
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=role,
            Handler="a.b",
            Code={"ZipFile": code.getvalue()},
            Tags=tags,
        )
        return str(made["FunctionArn"])

    def mapping(self, function: str) -> str:
        arn = f"arn:aws:sqs:eu-central-1:123456789012:lyceum-{STAGE}-mail"
        made = self.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=function)
        return str(made["UUID"])

    def api(self, function: str) -> str:
        gateway = self.client("apigateway")
        api = gateway.create_rest_api(name="lyceum")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
        uri = f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{function}/invocations"
        about = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}
        gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", **about)
        return str(api)

    def clear(self) -> None:
        account, client = Account(STAGE), self.client
        for mapping in Found(account).mappings:
            client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
        for name in Found(account).functions:
            client("lambda").delete_function(FunctionName=name)
        for name in Found(account).roles:
            for policy in client("iam").list_role_policies(RoleName=name)["PolicyNames"]:
                client("iam").delete_role_policy(RoleName=name, PolicyName=policy)
            client("iam").delete_role(RoleName=name)
        for api in client("apigateway").get_rest_apis()["items"]:
            client("apigateway").delete_rest_api(restApiId=api["id"])
        client("sqs").delete_queue(QueueUrl=self.queue)


@pytest.fixture
def left(platform):
    leftovers = Leftovers(platform)
    yield leftovers
    leftovers.clear()


def record(known_api: str = "") -> Record:
    account = Account(STAGE)
    return Record(account, declared(), Found(account), known_api)


def by_name(record: Record) -> dict[str, Any]:
    return {resource["name"]: resource for resource in record.resources}


def test_what_exists_is_adopted_under_chalices_names(left):
    arn = left.function(NAME)
    uuid, api = left.mapping(NAME), left.api(f"arn:aws:lambda:eu-central-1:123456789012:function:lyceum-{STAGE}")
    adopted = by_name(record())
    assert adopted["mail_send"]["lambda_arn"] == arn
    assert adopted["mail_send_role"]["role_name"] == NAME
    assert adopted["mail_send-sqs-event-source"]["event_uuid"] == uuid
    assert adopted["rest_api"]["rest_api_id"] == api


def test_what_the_app_no_longer_declares_is_left_to_chalices_sweep(left):
    left.function(f"lyceum-{STAGE}-old_deed")
    left.mapping(f"lyceum-{STAGE}-old_deed")
    orphans = record().orphans
    assert {"old_deed", "old_deed_role"} <= set(orphans)
    assert [name for name in orphans if name.startswith("orphan-")]


def test_of_two_mappings_of_one_source_one_stays(left, platform):
    left.function(NAME)
    left.mapping(NAME), left.mapping(NAME)
    assert len(record().removed) == 1
    assert len(Found(Account(STAGE)).mappings) == 1


def test_of_two_apis_the_one_that_is_known_to_be_live_stays(left):
    function = f"arn:aws:lambda:eu-central-1:123456789012:function:lyceum-{STAGE}"
    first, second = left.api(function), left.api(function)
    assert by_name(record(known_api=second))["rest_api"]["rest_api_id"] == second
    assert [api["id"] for api in Found(Account(STAGE)).apis] == [second] != [first]


def test_another_stage_a_persons_role_and_a_stacks_function_are_not_touched(left):
    left.function(f"lyceum-{STAGE}2-mail_send")
    left.role(f"lyceum-{STAGE}-operator", policy="what-people-may")
    left.function(f"lyceum-{STAGE}-canary", tags={})
    left.api(f"arn:aws:lambda:eu-central-1:123456789012:function:lyceum-{STAGE}2")
    names = set(by_name(record()))
    assert not {name for name in names if "operator" in name or name == "canary" or "2" in name}
    assert Found(Account(STAGE)).apis == []
