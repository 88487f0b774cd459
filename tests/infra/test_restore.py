"""The restore drill, as an operator runs it, on the data of a shop that sold something."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import settings
from chalicelib.ledger.models import StoredJournal, journal_key
from infra.deploy.errors import Stopped
from infra.local import emulated_state
from infra.restore import drill, reapplying
from infra.restore.drill import Plan

ROOT = Path(__file__).parents[2]


@dataclass
class Ran:
    code: int
    text: str
    report: dict[str, Any]


def run(folder: Path, *how: str) -> Ran:
    command = [sys.executable, "-m", "infra.restore", "--stage", "dev", *how]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    report = folder / "build" / "restore-drill.json"
    return Ran(done.returncode, done.stdout + done.stderr, json.loads(report.read_text()) if report.exists() else {})


@pytest.fixture
def sold(shop) -> Iterator[Any]:
    shop.order = shop.bought(shop.reader, shop.works["tides"])
    _bring_files_back(shop)
    yield shop
    dynamodb = shop.world.platform.client("dynamodb")
    for name in [table.name for table in emulated_state.tables() if not table.name.startswith("lyceum-dev-")]:
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=name)


def _bring_files_back(shop) -> None:
    """The shop's stock keeps rows from test to test, but no objects."""
    from infra.restore import objects

    for key in objects.named():
        shop.world.platform.client("s3").put_object(Bucket=settings.bucket("content"), Key=key, Body=b"The sea rises.")


def copies() -> list[str]:
    return [table.name for table in emulated_state.tables() if table.name.startswith("lyceum-devdrill-")]


def test_the_drill_finds_the_copy_whole_and_takes_it_away(sold, tmp_path):
    ran = run(tmp_path)
    assert ran.code == 0, ran.text
    assert "The copy is whole" in ran.text
    assert ran.report["whole"] is True
    assert ran.report["inspection"]["journals"] == 1
    assert ran.report["inspection"]["files"] == ran.report["inspection"]["files_looked_for"] > 0
    tables = ran.report["tables"]
    assert {f"lyceum-dev-{name}" for name in tables} == {table.name for table in emulated_state.tables()}
    assert all(table["copied"] == table["before"] for table in tables.values())
    assert min(tables[name]["copied"] for name in ("ledger", "balances", "library", "audit")) > 0
    assert tables["orders"]["copied"] == tables["orders"]["before"] > 0
    assert tables["orders"]["reapplied"] == ["StreamSpecification", "PointInTimeRecovery"]
    assert "TimeToLive" in tables["outbox"]["reapplied"]
    assert copies() == []


def broken(monkeypatch: pytest.MonkeyPatch, harm: Any) -> list[str]:
    """What a drill says of copies that were harmed before they were looked at."""
    original = drill._reapply

    def reapply_then_harm(*given: Any) -> None:
        original(*given)
        harm()

    monkeypatch.setattr(drill, "_reapply", reapply_then_harm)
    return drill.drill(Plan("dev", "devdrill"), lambda _: None).wrong


def test_a_copy_that_lost_a_journal_is_named(sold, monkeypatch):
    payment = sold.every("payment_intent")[0]["id"]
    key = {"account": {"S": journal_key(f"J1#{payment}")}, "entry": {"S": "journal"}}
    dynamodb = sold.world.platform.client("dynamodb")

    wrong = broken(monkeypatch, lambda: dynamodb.delete_item(TableName="lyceum-devdrill-ledger", Key=key))

    assert any(line.startswith("lyceum-devdrill-ledger:") for line in wrong)
    assert any(line.startswith(f"books J1#{payment}: is missing") for line in wrong)
    assert StoredJournal.get(journal_key(f"J1#{payment}"), "journal")
    assert copies() == []


def test_a_copy_whose_balance_was_altered_is_named(sold, monkeypatch):
    dynamodb, owner = sold.world.platform.client("dynamodb"), f"author_held#{sold.author.account_id}"
    key = {"account": {"S": owner}, "currency": {"S": "usd"}}

    def alter() -> None:
        dynamodb.update_item(
            TableName="lyceum-devdrill-balances",
            Key=key,
            UpdateExpression="ADD amount :one",
            ConditionExpression="attribute_exists(account)",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    assert [line for line in broken(monkeypatch, alter) if line.startswith(f"I2 {owner}")]


def test_a_copy_that_is_not_as_declared_is_named(sold, monkeypatch):
    original, dynamodb = reapplying.reapply, sold.world.platform.client("dynamodb")

    def reapply_then_harm(wanted: dict[str, Any], table: str, *given: Any, **how: Any) -> list[str]:
        done = original(wanted, table, *given, **how)
        if table == "lyceum-devdrill-balances":
            off = {"PointInTimeRecoveryEnabled": False}
            dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=off)
        return done

    monkeypatch.setattr(reapplying, "reapply", reapply_then_harm)
    wrong = drill.drill(Plan("dev", "devdrill"), lambda _: None).wrong
    assert wrong == ["table lyceum-devdrill-balances: no point-in-time recovery"]


def test_a_file_that_is_gone_is_named_and_the_command_fails(sold, tmp_path):
    from infra.restore import objects

    bucket, s3 = settings.bucket("content"), sold.world.platform.client("s3")
    deleted, lost = objects.named()[:2]
    s3.delete_object(Bucket=bucket, Key=deleted)
    for version in s3.list_object_versions(Bucket=bucket, Prefix=lost)["Versions"]:
        if version["Key"] == lost:
            s3.delete_object(Bucket=bucket, Key=lost, VersionId=version["VersionId"])

    ran = run(tmp_path)

    assert ran.code == 1
    assert f"WRONG  file {deleted}: deleted; version " in ran.text
    assert f"WRONG  file {lost}: gone, with every version" in ran.text
    assert "2 things are wrong" in ran.text


def test_copies_are_kept_on_request_and_protected_and_the_next_drill_takes_them_away(sold):
    drill.drill(Plan("dev", "devdrill", keep=True), lambda _: None)
    kept = sold.world.platform.client("dynamodb").describe_table(TableName="lyceum-devdrill-orders")["Table"]
    assert kept["DeletionProtectionEnabled"] is True
    assert drill.drill(Plan("dev", "devdrill"), lambda _: None).wrong == []
    assert copies() == []


def test_a_stage_is_never_taken_for_copies(sold):
    dynamodb = sold.world.platform.client("dynamodb")
    dynamodb.create_table(
        TableName="lyceum-devdrill-orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    )
    with pytest.raises(Stopped, match="is no copy of dev"):
        drill.drill(Plan("dev", "devdrill"), lambda _: None)
    assert copies() == ["lyceum-devdrill-orders"]


def test_a_stage_that_began_as_copies_is_not_taken_away(sold, platform):
    """Restored under a name of its own, and lived in since: its tables are copies of ours, and all that it has."""
    drill.drill(Plan("dev", "devdrill", keep=True), lambda _: None)
    kept, cloud = copies(), platform.client("cloudformation")
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "lived-in"}}}
    cloud.create_stack(StackName="lyceum-devdrill", TemplateBody=json.dumps({"Resources": topic}))
    try:
        with pytest.raises(Stopped, match="devdrill is a stage"):
            drill.drill(Plan("dev", "devdrill"), lambda _: None)
    finally:
        cloud.delete_stack(StackName="lyceum-devdrill")
    assert copies() == kept != []


def test_copies_are_taken_away_all_or_none(sold):
    drill.drill(Plan("dev", "devdrill", keep=True), lambda _: None)
    kept = copies()
    sold.world.platform.client("dynamodb").create_table(
        TableName="lyceum-devdrill-zeal",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    with pytest.raises(Stopped, match="zeal is no copy of dev"):
        drill.drill(Plan("dev", "devdrill"), lambda _: None)
    assert set(copies()) == {*kept, "lyceum-devdrill-zeal"}


def test_a_table_without_recovery_is_named_before_anything_is_copied(sold):
    table = next(table for table in emulated_state.tables() if table.name == "lyceum-dev-orders")
    recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
    table.continuous_backups["PointInTimeRecoveryDescription"] = {"PointInTimeRecoveryStatus": "DISABLED"}
    try:
        with pytest.raises(Stopped, match="lyceum-dev-orders has no point-in-time recovery"):
            drill.drill(Plan("dev", "devdrill"), lambda _: None)
    finally:
        table.continuous_backups["PointInTimeRecoveryDescription"] = recovery
    assert copies() == []
