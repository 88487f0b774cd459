"""What killed runs left is adopted once, and removed where it is there twice; what is not Chalice's is left alone."""

from typing import Any

from infra.deploy.account import Account
from infra.deploy.found import Found
from infra.deploy.record import Record
from tests.infra.deploy.leftovers import NAME, STAGE, declared, left

__all__ = ["left"]


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
