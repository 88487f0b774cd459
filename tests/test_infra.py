"""Guardian: the template, the models and the handlers agree."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from chalice.app import DynamoDBEventConfig, ScheduledEventConfig, SQSEventConfig
from pynamodb.indexes import Index

from chalicelib.core import settings
from chalicelib.core.tables import Row
from chalicelib.recommend import arns
from infra.local import template
from infra.policies.declaration import declared
from tests.platform_fixture import Platform

RESOLVED = template.Resolved(stage="dev", account="123456789012", region="eu-central-1")
TABLES = {table["TableName"]: table for table in RESOLVED.properties_of("AWS::DynamoDB::Table")}
QUEUES = {queue["QueueName"]: queue for queue in RESOLVED.properties_of("AWS::SQS::Queue")}
LONGEST_FUNCTION_SECONDS = 60


def models() -> list[type[Row]]:
    for path in Path("chalicelib").rglob("*.py"):
        if "Meta(Place)" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.with_suffix("").parts))
    ours = [model for model in _every(Row) if model.__module__.startswith("chalicelib.")]
    return [model for model in ours if hasattr(model, "Meta")]


def _every(kind: type[Row]) -> set[type[Row]]:
    return set(kind.__subclasses__()).union(*(_every(child) for child in kind.__subclasses__()))


def keys(schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in sorted(schema, key=lambda part: part["KeyType"]))


def indexes_of(model: type[Row]) -> dict[str, Index[Any]]:
    return {index.Meta.index_name: index for index in model._indexes.values()}


def test_every_model_has_the_key_of_its_table() -> None:
    assert models()
    for model in models():
        table = TABLES[model.Meta.table_name]
        attributes = model.get_attributes().values()
        hash_key = [each.attr_name for each in attributes if each.is_hash_key]
        range_key = [each.attr_name for each in attributes if each.is_range_key]
        assert keys(table["KeySchema"]) == (*hash_key, *range_key), model


def test_every_table_and_every_index_is_used_by_a_model_and_every_models_index_exists() -> None:
    used: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in TABLES}
    for model in models():
        for name, index in indexes_of(model).items():
            attributes = index.Meta.attributes.values()
            named = [each.attr_name for each in attributes if each.is_hash_key]
            named += [each.attr_name for each in attributes if each.is_range_key]
            used[model.Meta.table_name][name] = tuple(named)
    declared = {
        name: {index["IndexName"]: keys(index["KeySchema"]) for index in table.get("GlobalSecondaryIndexes", [])}
        for name, table in TABLES.items()
    }
    assert used == declared
    assert {model.Meta.table_name for model in models()} == set(TABLES)


def test_every_model_that_expires_is_in_a_table_that_lets_it() -> None:
    for model in models():
        if "expires_at" in model.get_attributes():
            assert TABLES[model.Meta.table_name].get("TimeToLiveSpecification", {}).get("Enabled"), model


def test_every_streamed_table_has_one_stream_function_and_every_function_a_streamed_table(platform: Platform) -> None:
    streamed = sorted(name for name, table in TABLES.items() if "StreamSpecification" in table)
    sources = [source for source in platform.app.event_sources if isinstance(source, DynamoDBEventConfig)]
    assert sorted(source.stream_arn.split("/")[1] for source in sources) == streamed
    for name in streamed:
        assert f"STREAM_{name.removeprefix('lyceum-dev-').upper()}" in settings.ENVIRONMENT


def test_every_queue_has_one_reader_and_every_reader_a_queue(platform: Platform) -> None:
    sources = [source for source in platform.app.event_sources if isinstance(source, SQSEventConfig)]
    assert sorted(str(source.queue) for source in sources) == sorted(name for name in QUEUES if "-dlq" not in name)


@pytest.mark.parametrize("name", [name for name in QUEUES if "-dlq" not in name])
def test_every_queue_waits_long_enough_and_parks_what_keeps_failing(name: str) -> None:
    queue = QUEUES[name]
    assert queue["VisibilityTimeout"] >= 6 * LONGEST_FUNCTION_SECONDS
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 8
    assert QUEUES[f"{name}-dlq"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_fact_that_a_queue_listens_for_is_told_by_some_room() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py"))
    for subscription in RESOLVED.properties_of("AWS::SNS::Subscription"):
        for fact_type in subscription["FilterPolicy"]["type"]:
            assert re.search(rf'"{re.escape(fact_type)}"', code), fact_type


def test_nothing_that_holds_data_goes_with_the_stack() -> None:
    resources = template.load()["Resources"].values()
    holding = [each for each in resources if each["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")]
    assert holding
    assert {each.get("DeletionPolicy") for each in holding} == {"Retain"}


def test_no_bucket_is_public() -> None:
    for bucket in RESOLVED.properties_of("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_every_function_declares_its_rights_under_the_event_that_invokes_it(platform: Platform) -> None:
    invoked_by = {source.name: _event(source) for source in platform.app.event_sources} | {"api_handler": "http"}
    invoked_by |= {function.name: "api_handler" for function in platform.app.pure_lambda_functions}
    assert {name: rights.invoked_by for name, rights in declared().functions.items()} == invoked_by


def _event(source: Any) -> str:
    if isinstance(source, SQSEventConfig):
        return f"queue {str(source.queue).removeprefix('lyceum-dev-')}"
    if isinstance(source, DynamoDBEventConfig):
        return f"stream {source.stream_arn.split('/')[1].removeprefix('lyceum-dev-')}"
    assert isinstance(source, ScheduledEventConfig)
    return "schedule"


def test_rights_are_to_what_the_template_declares_and_to_secrets_that_there_are() -> None:
    wanted = {resource for rights in declared().functions.values() for resource in rights.grants}
    wanted |= {f"table {name}" for name in declared().append_only}
    assert {re.sub(r"^(objects [^/]+)/.*", r"\1", resource) for resource in wanted} <= _resources()


def _resources() -> set[str]:
    buckets = [
        re.sub(r"lyceum-dev-\d+-", "", bucket["BucketName"]) for bucket in RESOLVED.properties_of("AWS::S3::Bucket")
    ]
    topics = [topic["TopicName"] for topic in RESOLVED.properties_of("AWS::SNS::Topic")]
    indexes = [
        f"index {name}/{index['IndexName']}"
        for name, table in TABLES.items()
        for index in table.get("GlobalSecondaryIndexes", [])
    ]
    named = [*(f"table {name}" for name in TABLES), *(f"queue {name}" for name in QUEUES), *indexes]
    named += [f"topic {name}" for name in topics]
    return {
        *(name.replace(" lyceum-dev-", " ") for name in named),
        *(f"{kind} {name}" for name in buckets for kind in ("bucket", "objects")),
        *(f"parameter {name}" for name in settings.SECRETS),
        *(f"function {name}" for name in declared().functions),
        *(f"campaign {name}" for name in arns.CAMPAIGNS),
        *(f"dataset {name}" for name in arns.DATASETS),
        "tracker",
        "sender",
    }
