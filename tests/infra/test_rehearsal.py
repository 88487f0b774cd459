"""The first rehearsal: the real `chalice deploy` to an emulated account, and events through what it deployed."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import pytest

from app import app
from infra.chalice_command import run_chalice
from infra.deploy_tree import BUILD, account_environment, write_tree
from infra.rehearsal import events
from infra.rehearsal.account import Account, emulated_account
from infra.rehearsal.deployment import Deployment

HANDLERS = {source.name: source.handler_string for source in app.event_sources} | {"api_handler": "app.app"}
ENVIRONMENT_LIMIT = 3 * 1024


def deploy(account: Account, tree: Path) -> Deployment:
    write_tree("dev", tree, environment=account_environment("dev", account.client))
    run_chalice(tree, "deploy", "--stage", "dev", environment=account.environment)
    return Deployment(account, tree, "lyceum-dev", BUILD / "unpacked")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulated_account() as account:
        yield SimpleNamespace(account=account, deployment=deploy(account, tmp_path_factory.mktemp("tree")))


def send(stage: Any, function: str, event: dict[str, Any]) -> Any:
    (outcome,) = stage.deployment.send(function, event)
    assert outcome.strays == []
    return outcome.answer


def register(stage: Any, email: str) -> None:
    new_account = {"email": email, "password": "a long enough passphrase", "name": "Rehearsal", "language": "en"}
    answer = send(stage, "api_handler", events.http(app.routes, "POST", "/v1/accounts", new_account))
    assert answer["statusCode"] == 202, answer["body"]


def mails(account: Account) -> list[dict[str, Any]]:
    with urlopen(account.environment["AWS_ENDPOINT_URL"] + "/_emulator/mails") as answer:
        return list(json.load(answer))


def mail_queue(stage: Any) -> dict[str, Any]:
    return events.from_queue(stage.account.client("sqs"), "lyceum-dev-mail")


def test_every_function_is_deployed_with_its_own_handler_memory_and_timeout(stage):
    declared = json.loads(Path(".chalice/config.json").read_text())["lambda_functions"]
    functions = stage.deployment.functions
    assert {name: function.handler for name, function in functions.items()} == HANDLERS
    assert {name: (function.memory, function.timeout) for name, function in functions.items()} == {
        name: (entry["lambda_memory_size"], entry["lambda_timeout"]) for name, entry in declared.items()
    }


def test_the_deployed_environment_names_the_streams_and_stays_small(stage):
    environment = stage.deployment.functions["api_handler"].environment
    table = stage.account.client("dynamodb").describe_table(TableName="lyceum-dev-outbox")["Table"]
    assert environment["STREAM_OUTBOX"] == table["LatestStreamArn"]
    assert sum(len(name) + len(value) for name, value in environment.items()) < ENVIRONMENT_LIMIT


def test_every_source_of_events_is_mapped_to_its_function(stage):
    mappings = stage.account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    mapped = {mapping["FunctionArn"].rpartition(":")[2]: mapping["EventSourceArn"] for mapping in mappings}
    rules = stage.account.client("events").list_rules()["Rules"]
    scheduled = {rule["Name"].removesuffix("-event") for rule in rules}
    assert set(mapped) | scheduled == {f"lyceum-dev-{source.name}" for source in app.event_sources}
    assert mapped["lyceum-dev-mail_send"].endswith(":lyceum-dev-mail")


def test_every_route_of_the_app_reaches_the_api_function(stage):
    gateway = stage.account.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    resources = gateway.get_resources(restApiId=api["id"], limit=500)["items"]
    found = {
        (resource["path"], method): gateway.get_integration(
            restApiId=api["id"], resourceId=resource["id"], httpMethod=method
        )
        for resource in resources
        for method in resource.get("resourceMethods", {})
        if method != "OPTIONS"
    }
    assert set(found) == {(path, method) for path, methods in app.routes.items() for method in methods}
    assert all(integration["uri"].endswith("function:lyceum-dev/invocations") for integration in found.values())


def test_a_registration_travels_through_the_package_from_http_by_stream_and_queue_to_the_mailbox(stage):
    before = len(mails(stage.account))
    register(stage, "first@reader.example")
    stream = stage.deployment.functions["outbox_relay"].environment["STREAM_OUTBOX"]
    changes = events.from_stream(stage.account.client("dynamodbstreams"), stream)
    assert send(stage, "outbox_relay", changes) == {"batchItemFailures": []}
    messages = mail_queue(stage)
    assert len(messages["Records"]) == 1
    assert send(stage, "mail_send", messages) == {"batchItemFailures": []}
    (mail,) = mails(stage.account)[before:]
    assert mail["Destination"]["ToAddresses"] == ["first@reader.example"]


def test_a_schedule_wakes_the_sweeper_which_finds_a_late_task(stage):
    register(stage, "second@reader.example")
    dynamodb = stage.account.client("dynamodb")
    tasks = dynamodb.scan(TableName="lyceum-dev-outbox", FilterExpression="attribute_exists(unfinished)")["Items"]
    for task in tasks:
        long_ago = {":at": {"S": "2020" + task["due_at"]["S"][4:]}}
        key = {"outbox_id": task["outbox_id"]}
        dynamodb.update_item(
            TableName="lyceum-dev-outbox",
            Key=key,
            UpdateExpression="SET due_at = :at",
            ExpressionAttributeValues=long_ago,
        )
    send(stage, "outbox_sweep", events.scheduled("lyceum-dev-outbox_sweep-event"))
    swept = {json.loads(record["body"])["outbox_id"] for record in mail_queue(stage)["Records"]}
    assert swept == {task["outbox_id"]["S"] for task in tasks} != set()


def test_a_second_deploy_updates_in_place_and_delete_leaves_nothing(tmp_path):
    with emulated_account() as account:
        first = deploy(account, tmp_path).functions
        assert set(deploy(account, tmp_path).functions) == set(first)
        assert len(account.client("apigateway").get_rest_apis()["items"]) == 1
        run_chalice(tmp_path, "delete", "--stage", "dev", environment=account.environment)
        assert account.client("lambda").list_functions()["Functions"] == []
        assert account.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
        assert account.client("apigateway").get_rest_apis()["items"] == []
        assert account.client("events").list_rules()["Rules"] == []
        assert account.client("iam").list_roles()["Roles"] == []
