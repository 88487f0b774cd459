"""A function's policy names what it may do, exactly."""

import json
import re

import pytest

from infra.policies import document, write_all
from infra.policies.declaration import declared
from infra.policies.evaluation import judge
from infra.policies.resources import NoSuchResource, Place

FUNCTIONS = sorted(declared().functions)
ACCOUNT, REGION = "210987654321", "eu-north-1"
INLINE_LIMIT = 10_240
"""Characters that the inline policies of a role may have in all, white space aside."""


def allowed(function, action, arn):
    return judge(document(function, "prod", ACCOUNT, REGION, "lyceum.example"), action, arn).allowed


def table(name):
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/lyceum-prod-{name}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_action_is_a_star_and_every_resource_is_the_stages_own(function):
    for statement in document(function, "prod", ACCOUNT, REGION, "lyceum.example")["Statement"]:
        assert not any("*" in action for action in statement["Action"])
        for arn in statement["Resource"]:
            service, region, account, name = arn.split(":", 5)[2:6]
            assert (region, account) == (("", "") if service == "s3" else (REGION, ACCOUNT))
            assert re.search(r"lyceum-prod\b|/lyceum/prod/|identity/lyceum\.example$|^event-tracker/", name), arn


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_star_stands_only_for_a_streams_label_a_log_stream_an_objects_key_and_a_tracker_that_bears_no_name(function):
    for statement in document(function, "prod", ACCOUNT, REGION, "lyceum.example")["Statement"]:
        starred = [arn for arn in statement["Resource"] if "*" in arn]
        known = r"/stream/\*$|:log-group:[^*]+:\*$|:::[^*]+/[^*]*\*$|:event-tracker/\*$"
        assert all(re.search(known, arn) for arn in starred), starred


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_change_or_delete_a_journal_or_an_audit_entry(function):
    for name in ("ledger", "audit"):
        for action in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLDelete", "DeleteTable"):
            verdict = judge(document(function, "prod", ACCOUNT, REGION), f"dynamodb:{action}", table(name))
            assert (verdict.allowed, verdict.by) == (False, table(name))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_fits_into_a_role(function):
    assert len(re.sub(r"\s", "", json.dumps(document(function, "prod", ACCOUNT, REGION)))) < INLINE_LIMIT


def test_a_function_writes_into_its_own_log_group_alone():
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/lyceum-prod"
    assert allowed("api_handler", "logs:PutLogEvents", f"{group}:log-stream:x")
    assert not allowed("api_handler", "logs:PutLogEvents", f"{group}-mail_send:log-stream:x")
    assert allowed("mail_send", "logs:PutLogEvents", f"{group}-mail_send:log-stream:x")
    assert not allowed("mail_send", "logs:PutLogEvents", f"{group}:log-stream:x")


def test_lambda_may_poll_a_functions_own_source_and_put_aside_what_kept_failing():
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:lyceum-prod"
    assert allowed("mail_send", "sqs:ReceiveMessage", f"{queue}-mail")
    assert not allowed("mail_send", "sqs:ReceiveMessage", f"{queue}-ingestion")
    assert allowed("outbox_relay", "dynamodb:GetRecords", f"{table('outbox')}/stream/2026-01-01T00:00:00.000")
    assert not allowed("outbox_relay", "dynamodb:GetRecords", f"{table('works')}/stream/2026-01-01T00:00:00.000")
    assert allowed("outbox_relay", "sqs:SendMessage", f"{queue}-failures-dlq")
    assert allowed("outbox_sweep", "sqs:SendMessage", f"{queue}-failures-dlq")
    assert not allowed("mail_send", "sqs:SendMessage", f"{queue}-failures-dlq")


def test_mail_is_sent_by_the_stages_own_sender_alone(monkeypatch):
    place = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity"
    assert allowed("mail_send", "ses:SendEmail", f"{place}/lyceum.example")
    assert not allowed("mail_send", "ses:SendEmail", f"{place}/other.example")
    assert not allowed("api_handler", "ses:SendEmail", f"{place}/lyceum.example")
    monkeypatch.setenv("MAIL_SENDER", "Lyceum <post@letters.example>")
    assert f"{place}/letters.example" in json.dumps(document("mail_send", "prod", ACCOUNT, REGION))
    monkeypatch.setenv("MAIL_IDENTITY", "post@letters.example")
    assert f"{place}/post@letters.example" in json.dumps(document("mail_send", "prod", ACCOUNT, REGION))


def test_writing_renews_the_folder(tmp_path):
    (tmp_path / "gone.json").write_text("{}")
    write_all(tmp_path, "prod", ACCOUNT, REGION)
    assert sorted(path.stem for path in tmp_path.iterdir()) == FUNCTIONS
    assert json.loads((tmp_path / "mail_send.json").read_text()) == document("mail_send", "prod", ACCOUNT, REGION)


def test_a_resource_of_no_known_kind_is_refused():
    with pytest.raises(NoSuchResource):
        Place("dev").arn("tabel works")
