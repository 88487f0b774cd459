"""The emulated AWS lets each function do what its policy allows, and refuses the rest as AWS would."""

import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import TransactWriteError

from chalicelib.content import storage
from chalicelib.content.models import Upload
from chalicelib.core import aws, settings
from chalicelib.core.limits import Counter
from chalicelib.core.tables import connection
from chalicelib.core.transactions import all_or_nothing
from infra.local.acting import acting_as
from infra.policies.comparison import Use

TABLES = "arn:aws:dynamodb:eu-central-1:123456789012:table"


def refused(function, deed):
    """The error that the function met."""
    with acting_as(function), pytest.raises(ClientError) as met:
        deed()
    return met.value.response["Error"]


def put(table, **keys):
    item = {name: {"S": value} for name, value in keys.items()}
    return lambda: connection().client.put_item(TableName=f"lyceum-dev-{table}", Item=item)


def test_what_a_function_may_do_is_done_and_remembered(guard, platform):
    with acting_as("catalog_tell"):
        aws.client("sns").publish(TopicArn=settings.topic("facts"), Message="{}")
    topic = "arn:aws:sns:eu-central-1:123456789012:lyceum-dev-facts"
    assert Use("catalog_tell", "sns:Publish", topic) in guard.used
    assert guard.take_refused() == set()


def test_what_a_function_may_not_do_is_refused_before_it_is_done(guard, platform):
    error = refused("mail_send", put("outbox", outbox_id="x"))
    assert error["Code"] == "AccessDeniedException"
    assert "assumed-role/lyceum-dev-mail_send" in error["Message"]
    assert f"dynamodb:PutItem on resource: {TABLES}/lyceum-dev-outbox because no identity" in error["Message"]
    assert guard.take_refused() == {Use("mail_send", "dynamodb:PutItem", f"{TABLES}/lyceum-dev-outbox")}
    assert platform.client("dynamodb").scan(TableName="lyceum-dev-outbox")["Count"] == 0


def test_a_function_that_nobody_declared_may_do_nothing(guard):
    refused("new_job", lambda: aws.client("sns").publish(TopicArn=settings.topic("facts"), Message="{}"))


def test_each_service_says_no_in_its_own_words(guard):
    def send():
        aws.client("sqs").send_message(QueueUrl=settings.queue_url("ingestion"), MessageBody="{}")

    assert refused("mail_send", send)["Code"] == "AccessDeniedException"
    assert refused("mail_send", lambda: storage.write("works/a", "text", "text/plain"))["Code"] == "AccessDenied"
    topic = settings.topic("facts")
    publish = refused("mail_send", lambda: aws.client("sns").publish(TopicArn=topic, Message="{}"))
    assert publish["Code"] == "AuthorizationError"
    read = refused("mail_send", lambda: aws.client("ssm").get_parameter(Name="/lyceum/dev/stripe-key"))
    assert read["Code"] == "AccessDeniedException"


def test_a_transaction_needs_the_right_to_each_of_its_parts_and_does_none_without(guard, platform):
    def commit():
        with all_or_nothing() as tx:
            tx.update(Counter("x"), [Counter.used.add(1)], any_version=True)
            tx.update(Upload("x"), [Upload.attempts.add(1)], any_version=True)

    with acting_as("api_handler"), pytest.raises(TransactWriteError):
        commit()
    assert guard.take_refused() == {Use("api_handler", "dynamodb:UpdateItem", f"{TABLES}/lyceum-dev-uploads")}
    assert platform.client("dynamodb").scan(TableName="lyceum-dev-limits")["Count"] == 0


def test_a_journal_cannot_be_deleted_even_by_the_function_that_posts_it(guard, platform):

    key = {"account": {"S": "journal#J1#x"}, "entry": {"S": "journal"}}
    error = refused("orders_hear", lambda: connection().client.delete_item(TableName="lyceum-dev-ledger", Key=key))
    assert "with an explicit deny" in error["Message"]


def test_a_presigned_address_opens_what_its_signer_may_open(guard, platform):
    platform.client("s3").put_object(Bucket=settings.bucket("content"), Key="works/a", Body=b"text")
    platform.client("s3").put_object(Bucket=settings.bucket("content"), Key="other/a", Body=b"text")
    with acting_as("api_handler"):
        open_address = storage.sign_download("works/a", "a.txt", "text/plain", 60)
        shut_address = storage.sign_download("other/a", "a.txt", "text/plain", 60)
    assert urllib.request.urlopen(open_address).read() == b"text"
    with pytest.raises(urllib.error.HTTPError) as met:
        urllib.request.urlopen(shut_address)
    assert met.value.code == 403


def test_that_there_is_no_object_is_told_to_those_alone_who_may_list_the_bucket(guard, platform):
    with acting_as("content_ingest"):
        assert storage.inspect("nothing") is None
    with acting_as("api_handler"):
        address = storage.sign_download("works/nothing", "a.txt", "text/plain", 60)
    with pytest.raises(urllib.error.HTTPError) as met:
        urllib.request.urlopen(address)
    assert met.value.code == 403


def test_who_is_no_function_is_not_guarded(guard, platform):
    platform.client("dynamodb").put_item(
        TableName="lyceum-dev-audit", Item={"day": {"S": "2026-01-01"}, "entry": {"S": "x"}}
    )
    assert guard.take_refused() == set()
