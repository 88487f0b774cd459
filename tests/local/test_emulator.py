import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import botocore.exceptions
import pytest
import requests

from chalicelib.core import clock, settings
from infra.local.emulator import Emulator
from infra.local.provisioning import Provisioner


def put(platform, work_id="w1", **more):
    item = {"work_id": {"S": work_id}, "row": {"S": "work"}} | more
    return platform.client("dynamodb").put_item(TableName=settings.table("works"), Item=item)


def scan(platform, table="works"):
    return platform.client("dynamodb").scan(TableName=settings.table(table))["Items"]


def test_calls_are_counted_by_service_and_operation(platform):
    with platform.emulator.meter.counting() as calls:
        put(platform)
        put(platform)
        scan(platform)
        platform.client("s3").list_objects_v2(Bucket=settings.bucket("content"))
    assert calls.of("dynamodb") == {"PutItem": 2, "Scan": 1}
    assert calls.of("s3") == {"ListObjectsV2": 1}
    assert platform.emulator.meter.calls["dynamodb.PutItem"] == 2


def test_recorded_exchanges_hold_request_and_answer(platform):
    with platform.emulator.meter.recording() as exchanges:
        put(platform, note={"S": "hello"})
    (exchange,) = exchanges
    assert exchange.call.name == "dynamodb.PutItem"
    assert b"hello" in exchange.request
    assert (exchange.status, exchange.answer) == (200, b"{}")


def test_the_counts_are_readable_and_resettable_over_http(platform):
    put(platform)
    address = f"{platform.emulator.url}/_emulator/calls"
    assert requests.get(address, timeout=5).json() == {"dynamodb.PutItem": 1}
    requests.delete(address, timeout=5)
    assert requests.get(address, timeout=5).json() == {}


def test_emptying_forgets_what_was_stored_and_keeps_what_was_provisioned(platform):
    put(platform)
    s3, sqs = platform.client("s3"), platform.client("sqs")
    s3.put_object(Bucket=settings.bucket("content"), Key="a", Body=b"1")
    sqs.send_message(QueueUrl=settings.queue_url("mail"), MessageBody="{}")
    platform.emulator.empty()
    assert scan(platform) == []
    assert s3.list_objects_v2(Bucket=settings.bucket("content"))["KeyCount"] == 0
    assert "Messages" not in sqs.receive_message(QueueUrl=settings.queue_url("mail"), WaitTimeSeconds=0)
    assert platform.client("ssm").get_parameter(Name=settings.parameter("cursor-key"), WithDecryption=True)


def test_sequence_numbers_go_on_rising_when_the_stream_is_emptied(platform):
    put(platform, "w1")
    (first,) = records(platform)
    platform.emulator.empty()
    put(platform, "w2")
    (second,) = records(platform)
    assert int(second["dynamodb"]["SequenceNumber"]) > int(first["dynamodb"]["SequenceNumber"])


def test_an_update_that_makes_an_item_is_one_change_of_the_stream(platform):
    platform.client("dynamodb").update_item(
        TableName=settings.table("works"),
        Key={"work_id": {"S": "w1"}, "row": {"S": "work"}},
        UpdateExpression="SET title = :title",
        ExpressionAttributeValues={":title": {"S": "Tides"}},
    )
    (record,) = records(platform)
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["title"] == {"S": "Tides"}


def records(platform, table="works"):
    streams, arn = platform.client("dynamodbstreams"), settings.stream(table)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    place = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return streams.get_records(ShardIterator=place["ShardIterator"])["Records"]


def test_parallel_writers_lose_nothing(platform):
    def count(_):
        platform.client("dynamodb").update_item(
            TableName=settings.table("limits"),
            Key={"key": {"S": "k"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    assert scan(platform, "limits")[0]["n"] == {"N": "40"}


@pytest.mark.parametrize("how", ["500", "throttled", "dropped"])
def test_a_call_made_to_fail_before_changes_nothing(platform, how):
    platform.emulator.faults.fail("dynamodb", "PutItem", how=how)
    with pytest.raises(botocore.exceptions.BotoCoreError if how == "dropped" else botocore.exceptions.ClientError):
        put(platform)
    assert scan(platform) == []
    put(platform)
    assert len(scan(platform)) == 1


@pytest.mark.parametrize("how", ["500", "dropped"])
def test_a_call_made_to_fail_after_has_done_its_work(platform, how):
    platform.emulator.faults.fail("dynamodb", "PutItem", how=how, when="after")
    with pytest.raises((botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)):
        put(platform)
    assert len(scan(platform)) == 1


def test_faults_can_pick_their_calls_by_what_they_say(platform):
    fault = platform.emulator.faults.fail("dynamodb", "PutItem", matching=lambda body: b'"w2"' in body)
    put(platform, "w1")
    with pytest.raises(botocore.exceptions.ClientError):
        put(platform, "w2")
    assert fault.times == 0


def transact(platform, token, work_id="w1"):
    item = {"work_id": {"S": work_id}, "row": {"S": "work"}}
    condition = "attribute_not_exists(work_id)"
    write = {"Put": {"TableName": settings.table("works"), "Item": item, "ConditionExpression": condition}}
    return platform.client("dynamodb").transact_write_items(TransactItems=[write], ClientRequestToken=token)


def test_the_same_transaction_token_succeeds_once_and_answers_twice(platform):
    transact(platform, "t1")
    transact(platform, "t1")
    assert len(records(platform)) == 1
    with pytest.raises(botocore.exceptions.ClientError, match="IdempotentParameterMismatch"):
        transact(platform, "t1", "w2")
    platform.clock.advance(minutes=11)
    with pytest.raises(botocore.exceptions.ClientError, match="TransactionCanceled"):
        transact(platform, "t1")


def test_items_whose_time_has_passed_are_swept_and_say_so_in_the_stream(platform):
    expires = {"N": str(int(clock.timestamp()) + 60)}
    item = {"account_id": {"S": "a"}, "moment": {"S": "m"}, "expires_at": expires}
    platform.client("dynamodb").put_item(TableName=settings.table("interactions"), Item=item)
    assert platform.emulator.sweep_expired() == 0
    platform.clock.advance(minutes=2)
    assert platform.emulator.sweep_expired() == 1
    assert scan(platform, "interactions") == []
    removed = records(platform, "interactions")[-1]
    assert removed["eventName"] == "REMOVE"
    assert removed["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_delays_and_visibility_follow_the_movable_clock(platform):
    sqs, url = platform.client("sqs"), settings.queue_url("mail")
    sqs.send_message(QueueUrl=url, MessageBody="{}", DelaySeconds=600)
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
    platform.clock.advance(timedelta(seconds=601))
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
    platform.clock.advance(seconds=361)
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)["Messages"]


def test_a_long_poll_does_not_hold_up_other_calls(platform):
    sqs, url = platform.client("sqs"), settings.queue_url("mail")
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        calls = 0
        while not poll.done() and calls < 20:
            scan(platform)
            calls += 1
        assert not poll.done()
        sqs.send_message(QueueUrl=url, MessageBody='{"now": 1}')
        assert poll.result(timeout=10)["Messages"][0]["Body"] == '{"now": 1}'


def test_objects_keep_their_bytes_names_and_metadata(platform):
    s3, bucket = platform.client("s3"), settings.bucket("content")
    s3.put_object(Bucket=bucket, Key="a b/文章+1.txt", Body=b"\x00\xff", Metadata={"kind": "x"})
    got = s3.get_object(Bucket=bucket, Key="a b/文章+1.txt")
    assert (got["Body"].read(), got["Metadata"]) == (b"\x00\xff", {"kind": "x"})
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b/文章+1.txt"})
    assert requests.get(link, timeout=5).content == b"\x00\xff"


def test_mails_sent_through_ses_can_be_read(platform):
    platform.client("sesv2").send_email(**a_mail())
    assert platform.emulator.mails == [a_mail()]


def a_mail():
    body = {"Text": {"Data": "hello"}, "Html": {"Data": "<p>hello"}}
    return {
        "FromEmailAddress": "no-reply@lyceum.example",
        "Destination": {"ToAddresses": ["reader@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "hi"}, "Body": body}},
    }


def test_the_emulator_runs_as_a_process_with_its_desk_on_http():
    command = [sys.executable, "-m", "infra.local.emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            url = process.stdout.readline().strip()
            Provisioner(url).provision()
            desk = f"{url}/_emulator"
            fault = {"service": "ssm", "operation": "GetParameter", "how": "500"}
            assert requests.post(f"{desk}/faults", json=fault, timeout=5).status_code == 200
            ssm = Provisioner(url).client("ssm")
            with pytest.raises(botocore.exceptions.ClientError):
                ssm.get_parameter(Name=settings.parameter("cursor-key"))
            assert ssm.get_parameter(Name=settings.parameter("cursor-key"))
            assert requests.get(f"{desk}/calls", timeout=5).json()["ssm.GetParameter"] == 2
            assert requests.post(f"{desk}/sweep", timeout=5).json() == {"swept": 0}
            assert requests.post(f"{desk}/empty", timeout=5).status_code == 200
            assert requests.get(f"{desk}/calls", timeout=5).json() == {}
            assert requests.post(f"{desk}/faults", data=b"no json", timeout=5).status_code == 400
            assert requests.get(f"{desk}/nothing", timeout=5).status_code == 404
        finally:
            process.terminate()
    assert process.returncode == 0


def test_a_process_runs_one_emulator_at_a_time(platform):
    second = Emulator()
    with pytest.raises(RuntimeError, match="another emulator"):
        second.start()
    second.stop()
    put(platform)
    assert len(scan(platform)) == 1


@pytest.mark.parametrize(
    ("service", "operation", "how", "code"),
    [
        ("s3", "ListObjectsV2", "throttled", "SlowDown"),
        ("s3", "ListObjectsV2", "500", "InternalServerError"),
        ("sqs", "GetQueueUrl", "throttled", "ThrottlingException"),
        ("sns", "ListTopics", "500", "InternalServerError"),
        ("ssm", "DescribeParameters", "500", "InternalServerError"),
        ("sesv2", "SendEmail", "throttled", "ThrottlingException"),
        ("dynamodb", "ListTables", "throttled", "ProvisionedThroughputExceededException"),
    ],
)
def test_a_failure_on_order_is_what_the_sdk_knows_as_such(platform, service, operation, how, code):
    calls = {
        "ListObjectsV2": {"Bucket": settings.bucket("content")},
        "GetQueueUrl": {"QueueName": settings.queue("mail")},
        "SendEmail": a_mail(),
    }
    platform.emulator.faults.fail("ses" if service == "sesv2" else service, operation, how=how)
    client = platform.client(service)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client._make_api_call(operation, calls.get(operation, {}))
    assert refused.value.response["Error"]["Code"] == code
    assert client._make_api_call(operation, calls.get(operation, {}))["ResponseMetadata"]["HTTPStatusCode"] == 200
