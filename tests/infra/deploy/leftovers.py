"""Things in an account, as deployments would have made them, killed ones too; and the project that they are held to."""

import io
import json
import zipfile
from typing import Any

import pytest

from infra.deploy.account import Account
from infra.deploy.declared import Api, Declared, Function, Mapping, Role, Rule
from infra.deploy.found import Found

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
