"""A cancelled transaction and the streams of the tables that it touched."""

import pytest


def test_a_reader_of_a_stream_never_sees_what_was_cancelled_and_goes_on_after_it(platform):
    dynamodb, streams = platform.client("dynamodb"), platform.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="lyceum-dev-outbox")["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    reader = streams.get_shard_iterator(**place)["ShardIterator"]

    def put(name, **condition):
        return {"Put": {"TableName": "lyceum-dev-outbox", "Item": {"outbox_id": {"S": name}}, **condition}}

    missing = {"ConditionExpression": "attribute_exists(outbox_id)"}
    dynamodb.transact_write_items(TransactItems=[put("kept")])
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[put("cancelled"), put("refused", **missing)])
    dynamodb.transact_write_items(TransactItems=[put("kept too")])

    seen = [
        record["dynamodb"]["Keys"]["outbox_id"]["S"] for record in streams.get_records(ShardIterator=reader)["Records"]
    ]
    assert seen == ["kept", "kept too"]
